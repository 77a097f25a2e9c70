import { channelsFor, type ChannelInput } from '../channels/channel.js';
import { NODE_TYPES } from '../graph/node-types.js';
import { NodeHasher } from '../hashing/node-hasher.js';
import { idText } from '../hashing/node-input.js';
import { GrowingRows } from './growing-rows.js';
import type { LayerStates } from './layer-states.js';
import type { LiveGraph } from './live-graph.js';
import { NodeRows } from './node-rows.js';
import { addScaled, addTerms, normalise, type Term } from './vector.js';

/** The layer states of a version by node of a live graph, and those of nodes that came later. */
export class NodeStates {
  readonly #dimensions: number;
  readonly #layers = new Map<string, readonly GrowingRows[]>();
  readonly #bases = new Map<string, { readonly rows: GrowingRows; readonly eigenvalues: Float32Array }>();
  readonly #rows: NodeRows;
  readonly #texts: GrowingRows;
  readonly #textRows: NodeRows;
  readonly #hasher: NodeHasher;
  /** ĥ⁰ by input and node, for as long as a batch lasts. */
  readonly #inputs = new Map<ChannelInput, Map<number, Float32Array>>();
  /** Nodes that the version does not know. */
  readonly #added = new Set<number>();

  constructor(
    { ids, seed, learned, texts, channels }: LayerStates,
    private readonly live: LiveGraph,
  ) {
    const { dimensions } = learned.settings;
    const { nodes } = live.graph;
    this.#dimensions = dimensions;
    for (const { name } of channelsFor(learned.settings)) {
      const { layers, spectral } = channels.get(name) ?? {};
      if (layers)
        this.#layers.set(
          name,
          layers.map((layer) => new GrowingRows(layer, dimensions)),
        );
      if (!spectral) continue;
      const { basis, eigenvalues } = spectral;
      this.#bases.set(name, { rows: new GrowingRows(basis, eigenvalues.length), eigenvalues });
    }
    const matrices = [...[...this.#layers.values()].flat(), ...[...this.#bases.values()].map(({ rows }) => rows)];
    const given = NODE_TYPES.flatMap((type) => ids[type].map((id) => nodes.find(type, id)));
    this.#rows = new NodeRows(matrices, given);
    this.#texts = new GrowingRows(texts, dimensions);
    this.#textRows = new NodeRows([this.#texts], given.slice(0, ids.product.length));
    this.#hasher = new NodeHasher({ seed, kind: 'dense', dimensions });
  }

  has(node: number): boolean {
    return this.#rows.find(node) !== undefined;
  }

  /** Makes room for a node, unless it has states already. */
  add(node: number): void {
    if (this.has(node)) return;
    this.#rows.add(node);
    this.#added.add(node);
  }

  remove(node: number): void {
    this.#rows.remove(node);
    this.#textRows.remove(node);
    this.#added.delete(node);
  }

  /** To be called when a batch is done: what was kept for its sake is let go. */
  endBatch(): void {
    this.#inputs.clear();
  }

  setText(node: number, vector: Float32Array): void {
    const row = this.#textRows.add(node);
    this.#texts.array(row).set(vector, this.#texts.offset(row));
  }

  /** Adds `scale` × the node's text vector, if it has one. */
  addText(node: number, scale: number, into: Float64Array): void {
    const row = this.#textRows.find(node);
    if (row !== undefined) addScaled(this.#texts.array(row), this.#texts.offset(row), scale, into);
  }

  /** Adds weight × ĥᵏ of the nodes in a propagated channel; ĥ⁰ is made of id, type and text. */
  addLayer(
    channel: string,
    input: ChannelInput,
    k: number,
    nodes: readonly number[],
    weights: readonly number[],
    into: Float64Array,
  ): void {
    const layer = k === 0 ? undefined : this.#layers.get(channel)![k - 1]!;
    const terms: Term[] = [];
    for (let i = 0; i < nodes.length; i++) {
      const scale = weights[i]!;
      if (layer === undefined) {
        const term = this.#inputTerm(input, nodes[i]!, scale);
        if (term !== undefined) terms.push(term);
        continue;
      }
      const row = this.#rows.find(nodes[i]!);
      // A node that is new and not embedded yet has nothing to say.
      if (row !== undefined) terms.push({ rows: layer.array(row), from: layer.offset(row), scale });
    }
    addTerms(terms, into);
  }

  /** Keeps ĥᵏ, k ≥ 1, of a node that has been added. */
  setLayer(channel: string, k: number, node: number, vector: Float64Array): void {
    const row = this.#rows.find(node)!;
    const layer = this.#layers.get(channel)![k - 1]!;
    layer.array(row).set(vector, layer.offset(row));
  }

  eigenvalues(channel: string): Float32Array {
    return this.#bases.get(channel)!.eigenvalues;
  }

  addBasis(channel: string, node: number, scale: number, into: Float64Array): void {
    const row = this.#rows.find(node);
    if (row === undefined) return;
    const { rows } = this.#bases.get(channel)!;
    addScaled(rows.array(row), rows.offset(row), scale, into);
  }

  /** Of nodes that the version knows the version's own basis stays: a step from the steps of others would drift. */
  setBasis(channel: string, node: number, vector: Float64Array): void {
    if (!this.#added.has(node)) return;
    const row = this.#rows.find(node)!;
    const { rows } = this.#bases.get(channel)!;
    rows.array(row).set(vector, rows.offset(row));
  }

  #inputTerm(input: ChannelInput, node: number, scale: number): Term | undefined {
    if (input === 'text') {
      const at = this.#textRows.find(node);
      return at === undefined ? undefined : { rows: this.#texts.array(at), from: this.#texts.offset(at), scale };
    }
    const known = this.#inputs.get(input) ?? new Map<number, Float32Array>();
    this.#inputs.set(input, known);
    let rows = known.get(node);
    if (rows === undefined) known.set(node, (rows = this.#inputRow(input, node)));
    return { rows, from: 0, scale };
  }

  #inputRow(input: ChannelInput, node: number): Float32Array {
    const { nodes } = this.live.graph;
    const type = nodes.type(node)!;
    const sum = new Float64Array(this.#dimensions);
    const parts = input.split('+');
    if (parts.includes('id')) this.#hasher.addTo(sum, 0, idText(type, nodes.id(node)!));
    if (parts.includes('type')) this.#hasher.addTo(sum, 0, type);
    if (parts.includes('text')) this.addText(node, 1, sum);
    normalise(sum);
    return new Float32Array(sum); // Float32Array.from would go through an iterator
  }
}
