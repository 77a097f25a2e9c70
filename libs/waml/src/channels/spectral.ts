import type { PropagationGraph } from '../propagation/propagation-graph.js';
import { gram, orthonormalColumns, symmetricEigen, timesSmall } from './small-matrix.js';

/** More columns than asked for, so that the last ones asked for converge too. */
const OVERSAMPLING = 8;
const ITERATIONS = 20;
/** In between, columns only drift towards each other: by less than single precision can tell apart again. */
const ORTHONORMALISE_EVERY = 5;

/** (S + I) X / 2: the graph's eigenvalues lie in [-1, 1], and the shift brings the smooth ones to the front. */
function smoothed({ rows, offsets, neighbours, weights }: PropagationGraph, x: Float32Array, k: number): Float32Array {
  const result = x.map((value) => value / 2);
  for (let v = 0; v < rows; v++) {
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const half = (weights === undefined ? 1 : weights[i]!) / 2;
      const from = neighbours[i]! * k;
      for (let c = 0; c < k; c++) result[v * k + c]! += half * x[from + c]!;
    }
  }
  return result;
}

/**
 * Spectral embedding: the leading eigenvectors of a symmetrically normalised graph, each scaled by the root of its
 * eigenvalue, by subspace iteration (Halko, Martinsson, Tropp 2011). Inner products of rows are the best rank-k
 * picture of the graph's own kernel, so that it says in 64 columns what hashes need thousands for, without their noise.
 *
 * @param graph weights normalised symmetrically
 * @param start `[rows, columns + 8]`: where the iteration starts; random, by node
 * @returns `[rows, columns]`; the columns beyond the rank are zero, as are rows without edges
 */
export function spectralEmbedding(graph: PropagationGraph, start: Float32Array, columns: number): Float32Array {
  const embedding = new Float32Array(graph.rows * columns);
  if (graph.rows === 0) return embedding;
  // A node without edges is an eigenvector of its own, of no use to anyone.
  const connected = start.slice();
  let k = columns + OVERSAMPLING;
  for (let v = 0; v < graph.rows; v++) {
    if (graph.offsets[v] === graph.offsets[v + 1]) connected.fill(0, v * k, (v + 1) * k);
  }
  let basis: Float32Array = connected;
  for (let i = 1; i <= ITERATIONS; i++) {
    basis = smoothed(graph, basis, k);
    if (i % ORTHONORMALISE_EVERY === 0) ({ columns: basis, k } = orthonormalColumns(basis, k));
  }
  const { values, vectors } = symmetricEigen(gram(basis, smoothed(graph, basis, k), k));
  const rotated = timesSmall(basis, k, vectors);
  for (let c = 0; c < Math.min(columns, k); c++) {
    const eigenvalue = 2 * values[c]! - 1;
    if (eigenvalue <= 0) break;
    const scale = Math.sqrt(eigenvalue);
    for (let v = 0; v < graph.rows; v++) embedding[v * columns + c] = scale * rotated[v * k + c]!;
  }
  return embedding;
}

/** Columns of `start` that {@link spectralEmbedding} needs. */
export const spectralStartColumns = (columns: number): number => columns + OVERSAMPLING;
