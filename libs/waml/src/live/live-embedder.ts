import type { graph as contract } from '@thaw/contracts';
import {
  channelDimensions,
  channelsFor,
  type Channel,
  type ProfileChannel,
  type PropagatedChannel,
  type SpectralChannel,
} from '../channels/channel.js';
import { NODE_TYPES, type NodeType } from '../graph/node-types.js';
import { productBias } from '../model/learned-model.js';
import type { ProductText } from '../model/graph-copy.js';
import { foldedDimensions } from '../model/settings.js';
import { CANCELLED } from '../propagation/layers.js';
import type { LayerStates } from './layer-states.js';
import type { LiveGraph } from './live-graph.js';
import { LiveNetwork } from './live-network.js';
import { NodeStates } from './node-states.js';
import { nodeSignature } from './signature.js';
import { lengthOf, normalise } from './vector.js';
import { WeightedNeighbours, type Neighbourhood } from './weighted-neighbours.js';

/** Text vectors `[texts, d]`, rows of length 1 or 0, of the encoder that the version was made with. */
export type EncodeNewTexts = (texts: readonly ProductText[]) => Float32Array;

/** A product's or seller's folded vector as its neighbourhood is now. */
export interface LiveEmbedding {
  readonly type: 'product' | 'seller';
  readonly id: string;
  /** `[D]` */
  readonly vector: Float32Array;
}

export interface LiveBatch {
  readonly embedded: readonly LiveEmbedding[];
  /** Products that left the graph. */
  readonly removed: readonly { readonly type: 'product' | 'seller'; readonly id: string }[];
}

export interface LiveEmbedderOptions {
  readonly states: LayerStates;
  /** Is seen with the threshold of the states' settings from now on, and changed by {@link LiveEmbedder.apply} only. */
  readonly live: LiveGraph;
  readonly encodeTexts: EncodeNewTexts;
}

/**
 * Embeds single nodes again when their edges change, from the layer states of their neighbours: what propagation would
 * give them if all other nodes kept theirs. A node that nothing has happened to gets the vector that it has.
 */
export class LiveEmbedder {
  readonly #states: NodeStates;
  readonly #live: LiveGraph;
  readonly #learned: LayerStates['learned'];
  readonly #channels: readonly Channel[];
  readonly #neighbours = new Map<string, WeightedNeighbours>();
  readonly #encodeTexts: EncodeNewTexts;
  readonly #width: number;
  readonly #network: LiveNetwork | undefined;
  /** In the order in which they were first touched; new nodes apart, since others are embedded from them. */
  readonly #added = new Set<number>();
  readonly #touched = new Set<number>();
  /** Products whose texts are to be encoded. */
  readonly #texts = new Set<number>();
  readonly #removed = new Map<string, NodeType>();

  /** Compares every node with what the version knew of it, and touches those that differ: O(nodes + edges). */
  constructor({ states, live, encodeTexts }: LiveEmbedderOptions) {
    live.useThreshold(states.learned.settings.coInteractionThreshold);
    this.#live = live;
    this.#learned = states.learned;
    this.#channels = channelsFor(states.learned.settings);
    this.#network = LiveNetwork.of(states);
    this.#width = foldedDimensions(this.#channels, states.learned.settings.dimensions, this.#network?.dimensions);
    this.#encodeTexts = encodeTexts;
    this.#states = new NodeStates(states, live);
    for (const channel of this.#channels) {
      if (channel.kind !== 'profile') this.#neighbours.set(channel.name, neighboursFor(channel, live));
    }
    this.#findChanges(states);
  }

  /** Nodes that wait for {@link reembed}. */
  get pending(): number {
    return this.#added.size + this.#touched.size;
  }

  /** Applies one change to the graph and notes whose vectors it makes out of date. @throws as `LiveGraph.apply` does. */
  apply(change: contract.GraphChange): void {
    this.#live.apply(change, {
      touched: (node) => this.#touch(node),
      removed: (node, type, id) => this.#remove(node, type, id),
      textChanged: (node) => void this.#texts.add(node),
    });
  }

  /**
   * Embeds at most `limit` of the nodes that wait, new ones first, together: layer by layer, each from the others' new
   * states. Categories are embedded for the sake of their products and not given out.
   */
  reembed(limit = Infinity): LiveBatch {
    const nodes = [...take(this.#added, limit)];
    nodes.push(...take(this.#touched, limit - nodes.length));
    for (const node of nodes) this.#states.add(node);
    this.#encodeNewTexts();
    const vectors = nodes.map(() => new Float32Array(this.#width));
    const network = this.#network?.batch(nodes.length);
    let offset = 0;
    for (const [i, channel] of this.#channels.entries()) {
      const weight = this.#learned.weights.channels[i]!;
      this.#embedChannel(channel, nodes, (at, vector) => {
        network?.add(at, i, vector);
        this.#write(nodes[at]!, weight, vector, vectors[at]!, offset);
      });
      offset += channelDimensions(channel, this.#learned.settings.dimensions);
    }
    network?.finish((at, vector) => {
      this.#write(nodes[at]!, this.#learned.weights.network!, vector, vectors[at]!, offset);
    });
    this.#states.endBatch();
    const embedded = nodes.flatMap((node, i) => this.#result(node, vectors[i]!));
    const removed = [...this.#removed].map(([key, type]) => ({ type, id: key.slice(key.indexOf(':') + 1) }));
    this.#removed.clear();
    return { embedded, removed: removed.filter(isServed) };
  }

  /** The weights are on the products' side. */
  #write(node: number, weight: number, vector: Float64Array, folded: Float32Array, offset: number): void {
    const scale = this.#live.graph.nodes.type(node) === 'product' ? weight : 1;
    for (let k = 0; k < vector.length; k++) folded[offset + k] = scale * vector[k]!;
  }

  #result(node: number, vector: Float32Array): LiveEmbedding[] {
    const { nodes } = this.#live.graph;
    const [type, id] = [nodes.type(node), nodes.id(node)!];
    if (type !== 'product' && type !== 'seller') return [];
    const { customers, listingCount } = this.#live;
    vector[vector.length - 1] = type === 'seller' ? 1 : productBias(this.#learned, customers(node), listingCount(node));
    return [{ type, id, vector }];
  }

  #embedChannel(channel: Channel, nodes: readonly number[], give: (at: number, vector: Float64Array) => void): void {
    switch (channel.kind) {
      case 'propagated':
        this.#propagate(channel, nodes, give);
        return;
      case 'spectral':
        this.#stepSpectrally(channel, nodes, give);
        return;
      case 'profile':
        nodes.forEach((node, i) => give(i, this.#profile(channel, node)));
    }
  }

  #propagate(
    { name, input, alphas }: PropagatedChannel,
    nodes: readonly number[],
    give: (at: number, vector: Float64Array) => void,
  ): void {
    const { dimensions } = this.#learned.settings;
    const around = this.#around(name, nodes);
    alphas.forEach((alpha, layer) => {
      nodes.forEach((node, i) => {
        const heard = new Float64Array(dimensions);
        const { nodes: neighbours, weights, weightSum } = around[i]!;
        this.#states.addLayer(name, input, layer, neighbours, weights, heard);
        const kept = normalise(heard, CANCELLED * weightSum) ? alpha : 1;
        for (let k = 0; k < dimensions; k++) heard[k]! *= 1 - kept;
        this.#states.addLayer(name, input, layer, [node], [kept], heard);
        if (lengthOf(heard) <= CANCELLED) heard.fill(0);
        normalise(heard);
        if (layer + 1 < alphas.length) this.#states.setLayer(name, layer + 1, node, heard);
        else give(i, heard);
      });
    });
  }

  /** S · basis / λ: the last step of the version's own iteration. See {@link spectralStep} for what bounds it. */
  #stepSpectrally(
    { name }: SpectralChannel,
    nodes: readonly number[],
    give: (at: number, vector: Float64Array) => void,
  ): void {
    const eigenvalues = this.#states.eigenvalues(name);
    const steps = this.#around(name, nodes).map(({ nodes: neighbours, weights }) => {
      const step = new Float64Array(eigenvalues.length);
      neighbours.forEach((neighbour, j) => this.#states.addBasis(name, neighbour, weights[j]!, step));
      return step.map((value, c) => spectralStep(value, eigenvalues[c]!, eigenvalues[0]!));
    });
    steps.forEach((step, i) => {
      this.#states.setBasis(name, nodes[i]!, step);
      normalise(step);
      give(i, step);
    });
  }

  #profile({ halfLife }: ProfileChannel, node: number): Float64Array {
    const sum = new Float64Array(this.#learned.settings.dimensions);
    const type = this.#live.graph.nodes.type(node);
    if (type === 'product') this.#states.addText(node, 1, sum);
    if (type === 'seller') {
      const products = this.#live.listings.products(node);
      for (let i = 0; i < products.length; i++) {
        this.#states.addText(products[i]!, 0.5 ** ((products.length - 1 - i) / halfLife), sum);
      }
      normalise(sum);
    }
    return sum;
  }

  #around(channel: string, nodes: readonly number[]): Neighbourhood[] {
    const neighbours = this.#neighbours.get(channel)!;
    return nodes.map((node) => neighbours.of(node));
  }

  #encodeNewTexts(): void {
    if (this.#texts.size === 0) return;
    const { dimensions } = this.#learned.settings;
    const products = [...this.#texts];
    const rows = this.#encodeTexts(products.map((product) => this.#live.text(product)));
    products.forEach((product, i) =>
      this.#states.setText(product, rows.subarray(i * dimensions, (i + 1) * dimensions)),
    );
    this.#texts.clear();
  }

  #touch(node: number): void {
    const { nodes } = this.#live.graph;
    this.#removed.delete(keyOf(nodes.type(node)!, nodes.id(node)!));
    for (const neighbours of this.#neighbours.values()) neighbours.changed(node);
    (this.#states.has(node) ? this.#touched : this.#added).add(node);
  }

  #remove(node: number, type: NodeType, id: string): void {
    for (const neighbours of this.#neighbours.values()) neighbours.changed(node);
    this.#added.delete(node);
    this.#touched.delete(node);
    this.#texts.delete(node);
    this.#states.remove(node);
    this.#removed.set(keyOf(type, id), type);
  }

  #findChanges({ ids, signatures }: LayerStates): void {
    const { nodes } = this.#live.graph;
    const rows = new Map<number, number>();
    let row = 0;
    for (const type of NODE_TYPES) {
      for (const id of ids[type]) {
        const node = nodes.find(type, id);
        if (node === undefined) this.#removed.set(keyOf(type, id), type);
        else rows.set(node, row);
        row++;
      }
    }
    const now = new Uint32Array(2);
    for (const { node, type } of nodes) {
      nodeSignature(this.#live, node, now, 0);
      const at = rows.get(node);
      const sameText = at !== undefined && signatures[2 * at] === now[0];
      if (!sameText && type === 'product') this.#texts.add(node);
      if (!sameText || signatures[2 * at + 1] !== now[1]) this.#touch(node);
    }
  }
}

function neighboursFor(channel: PropagatedChannel | SpectralChannel, live: LiveGraph): WeightedNeighbours {
  if (channel.kind === 'spectral') {
    const relations = ['co-interaction', 'listing', 'category'] as const;
    return new WeightedNeighbours(live, { relations, edgeWeights: 'affinity', symmetric: true });
  }
  const { relations, edgeWeights, normalisation } = channel;
  return new WeightedNeighbours(live, { relations, edgeWeights, symmetric: normalisation === 'symmetric' });
}

const keyOf = (type: NodeType, id: string): string => `${type}:${id}`;

const isServed = <T extends { readonly type: NodeType }>(
  node: T,
): node is T & { readonly type: 'product' | 'seller' } => node.type !== 'category';

/** Takes at most `limit` out of the set, the first ones. */
function* take<T>(from: Set<T>, limit: number): Generator<T> {
  let taken = 0;
  for (const value of from) {
    if (taken++ >= limit) return;
    from.delete(value);
    yield value;
  }
}

/** Eigenvalues below this share of the first are rounding: a small graph has fewer eigenvectors than the channel columns. */
const LEAST_EIGENVALUE = 1e-3;

/**
 * A node's entry in an eigenvector, from the sum over its neighbours. Entries of a unit vector are within ±1; bounding
 * them keeps rows that are embedded from each other again and again from growing without end.
 */
export function spectralStep(sum: number, eigenvalue: number, largest: number): number {
  if (!(eigenvalue > LEAST_EIGENVALUE * largest)) return 0;
  return Math.max(-1, Math.min(1, sum / eigenvalue));
}
