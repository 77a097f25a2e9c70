import type { ReducedGraph } from '../graph/reduced-graph.js';
import type { NodeType } from '../graph/node-types.js';
import { NodeHasher } from '../hashing/node-hasher.js';
import { nodeInputs } from '../hashing/node-input.js';
import type { PropagateOptions } from '../propagation/pool.js';
import { propagationGraph, type PropagationGraph } from '../propagation/propagation-graph.js';
import { affinityGraph } from './affinity-graph.js';
import type { Channel, ChannelInput, PropagatedChannel } from './channel.js';
import { normaliseRows, type NodeVectors } from './node-vectors.js';
import { spectralEmbedding, spectralStartColumns } from './spectral.js';
import { profileVectors, type TimedListings } from './seller-profiles.js';

/** How h⁰ becomes h^K: a pool of workers, or the reference. */
export type Propagate = (graph: PropagationGraph, h: Float32Array, options: PropagateOptions) => Promise<Float32Array>;

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

/** The vectors of every node in one channel. */
export async function channelVectors(source: ChannelSource, channel: Channel): Promise<NodeVectors> {
  const { texts, dimensions, listings, sellerIds } = source;
  if (channel.kind === 'profile') {
    return profileVectors(texts, dimensions, listings, sellerIds.length, channel.halfLife);
  }
  const isSpectral = channel.kind === 'spectral';
  const h = isSpectral ? embedSpectrally(source, channel.columns) : await propagateChannel(source, channel);
  return nodeVectors(source, h, isSpectral ? channel.columns : dimensions);
}

function nodeVectors(source: ChannelSource, h: Float32Array, dimensions: number): NodeVectors {
  return {
    dimensions,
    products: nodeRows(source.graph, h, dimensions, 'product', source.productIds),
    sellers: nodeRows(source.graph, h, dimensions, 'seller', source.sellerIds),
  };
}

async function propagateChannel(source: ChannelSource, channel: PropagatedChannel): Promise<Float32Array> {
  const { relations, edgeWeights, normalisation, alphas } = channel;
  const graph = propagationGraph(source.graph, { relations, edgeWeights, normalisation });
  const { dimensions, signal } = source;
  return source.propagate(graph, nodeInput(source, channel.input), { dimensions, alphas, ...(signal && { signal }) });
}

/** h⁰ of a channel: `[graph rows, d]`. */
function nodeInput({ graph, productIds, texts, dimensions, seed }: ChannelSource, input: ChannelInput): Float32Array {
  const h = new Float32Array(graph.nodes.rows * dimensions);
  const parts = new Set(input.split('+'));
  const hasher = new NodeHasher({ seed, kind: 'dense', dimensions });
  for (const { node, type, id } of graph.nodes) {
    if (parts.has('id')) hasher.addTo(h, node * dimensions, `${type}:${id}`);
    if (parts.has('type')) hasher.addTo(h, node * dimensions, type);
  }
  if (!parts.has('text')) return h;
  productIds.forEach((id, product) => {
    const node = graph.nodes.find('product', id);
    if (node === undefined) return;
    for (let k = 0; k < dimensions; k++) h[node * dimensions + k]! += texts[product * dimensions + k]!;
  });
  return h;
}

function embedSpectrally({ graph, seed, productIds, customers }: ChannelSource, columns: number): Float32Array {
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
