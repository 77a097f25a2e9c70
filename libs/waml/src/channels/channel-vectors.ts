import type { ReducedGraph } from '../graph/reduced-graph.js';
import type { NodeType } from '../graph/node-types.js';
import { hashedNodeInputs, nodeInputs } from '../hashing/node-input.js';
import { sharedMatrix, type PropagationInput } from '../propagation/input.js';
import type { PropagateOptions } from '../propagation/pool.js';
import { propagationGraph, type PropagationGraph } from '../propagation/propagation-graph.js';
import { affinityGraph } from './affinity-graph.js';
import type { Channel, ChannelInput, PropagatedChannel } from './channel.js';
import { normaliseRows, type NodeVectors } from './node-vectors.js';
import { spectralEmbedding, spectralStartColumns, type SpectralEmbedding } from './spectral.js';
import { profileVectors, type TimedListings } from './seller-profiles.js';

/** How h⁰ becomes h^K: a pool of workers, or the reference. */
export type Propagate = (
  graph: PropagationGraph,
  input: Float32Array | PropagationInput,
  options: PropagateOptions,
) => Promise<Float32Array>;

/** All that channels are computed from. Products and sellers are numbered as the listings number them. */
export interface ChannelSource {
  readonly graph: ReducedGraph;
  /** Ids by number. Products and sellers that are no nodes of the graph get zero vectors from propagation. */
  readonly productIds: readonly string[];
  readonly sellerIds: readonly string[];
  /** Customers of each product. */
  readonly customers: ArrayLike<number>;
  /** x: `[products, d]`, rows of length 1 or 0. */
  readonly texts: Float32Array;
  readonly listings: TimedListings;
  readonly dimensions: number;
  readonly seed: number;
  readonly propagate: Propagate;
  readonly signal?: AbortSignal;
}

/** What a channel leaves behind for embedding single nodes later, by node number. */
export interface ChannelLayers {
  /** ĥ¹ to ĥ^{K−1} of a propagated channel, `[graph rows, d]` each, rows of length 1 or 0. */
  readonly layers?: readonly Float32Array[];
  readonly spectral?: SpectralEmbedding;
}

/** Called with the layers of each channel that has some; they are thrown away where nobody asks. */
export type KeepLayers = (channel: Channel, layers: ChannelLayers) => void;

/** The vectors of every node in one channel. */
export const channelVectors = (source: ChannelSource, channel: Channel): Promise<NodeVectors> =>
  new ChannelRun(source).vectors(channel);

/** Computes channel after channel of one source; what several of them need is made once. */
export class ChannelRun {
  readonly #source: ChannelSource;
  readonly #keep: KeepLayers | undefined;
  readonly #graphs = new Map<string, PropagationGraph>();
  readonly #inputs = new Map<ChannelInput, PropagationInput>();

  constructor(source: ChannelSource, keep?: KeepLayers) {
    this.#source = source;
    this.#keep = keep;
  }

  /** @throws the reason of the source's signal when it aborts */
  async vectors(channel: Channel): Promise<NodeVectors> {
    const { texts, dimensions, listings, sellerIds, signal } = this.#source;
    signal?.throwIfAborted();
    switch (channel.kind) {
      case 'profile':
        return profileVectors(texts, dimensions, listings, sellerIds.length, channel.halfLife);
      case 'spectral': {
        const spectral = await embedSpectrally(this.#source, channel.columns);
        this.#keep?.(channel, { spectral });
        return nodeVectors(this.#source, spectral.embedded, channel.columns);
      }
      case 'propagated':
        return nodeVectors(this.#source, await this.#propagate(channel), dimensions);
    }
  }

  async #propagate(channel: PropagatedChannel): Promise<Float32Array> {
    const { dimensions, signal, propagate } = this.#source;
    const { alphas } = channel;
    const graph = this.#graphOf(channel);
    const layers = this.#keep && alphas.slice(1).map(() => sharedMatrix(graph.rows, dimensions));
    const options = { dimensions, alphas, ...(layers && { layers }), ...(signal && { signal }) };
    const h = await propagate(graph, this.#inputOf(channel.input), options);
    if (layers) this.#keep(channel, { layers });
    return h;
  }

  #graphOf({ relations, edgeWeights, normalisation }: PropagatedChannel): PropagationGraph {
    return once(this.#graphs, `${relations.join()} ${edgeWeights} ${normalisation}`, () =>
      propagationGraph(this.#source.graph, { relations, edgeWeights, normalisation }),
    );
  }

  #inputOf(input: ChannelInput): PropagationInput {
    return once(this.#inputs, input, () => nodeInput(this.#source, input));
  }
}

function once<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

function nodeVectors(source: ChannelSource, h: Float32Array, dimensions: number): NodeVectors {
  return {
    dimensions,
    products: nodeRows(source.graph, h, dimensions, 'product', source.productIds),
    sellers: nodeRows(source.graph, h, dimensions, 'seller', source.sellerIds),
  };
}

/** h⁰ of a channel: `[graph rows, d]` in parts. */
function nodeInput(
  { graph, productIds, texts, dimensions, seed }: ChannelSource,
  input: ChannelInput,
): PropagationInput {
  const parts = new Set(input.split('+'));
  const hashes = parts.has('id')
    ? hashedNodeInputs(graph.nodes, { seed, kind: 'dense', dimensions, typeHash: parts.has('type') })
    : {};
  if (!parts.has('text')) return hashes;
  const matrix = sharedMatrix(graph.nodes.rows, dimensions);
  productIds.forEach((id, product) => {
    const node = graph.nodes.find('product', id);
    if (node === undefined) return;
    matrix.set(texts.subarray(product * dimensions, (product + 1) * dimensions), node * dimensions);
  });
  return { ...hashes, matrix };
}

function embedSpectrally(
  { graph, seed, productIds, customers, propagate, signal }: ChannelSource,
  columns: number,
): Promise<SpectralEmbedding> {
  const customersOf = new Float64Array(graph.nodes.rows);
  productIds.forEach((id, product) => {
    const node = graph.nodes.find('product', id);
    if (node !== undefined) customersOf[node] = customers[product]!;
  });
  const width = spectralStartColumns(columns);
  const start = nodeInputs(graph.nodes, { seed, kind: 'dense', dimensions: width, typeHash: false });
  return spectralEmbedding(
    affinityGraph(graph, (node) => customersOf[node]!),
    start,
    columns,
    propagate,
    signal,
  );
}

function nodeRows(
  graph: ReducedGraph,
  h: Float32Array,
  dimensions: number,
  type: NodeType,
  ids: readonly string[],
): Float32Array {
  const rows = new Float32Array(ids.length * dimensions);
  ids.forEach((id, i) => {
    const node = graph.nodes.find(type, id);
    if (node !== undefined) rows.set(h.subarray(node * dimensions, (node + 1) * dimensions), i * dimensions);
  });
  return normaliseRows(rows, dimensions);
}
