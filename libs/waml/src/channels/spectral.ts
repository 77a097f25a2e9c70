import type { PropagationGraph } from '../propagation/propagation-graph.js';
import { gram, orthonormalColumns, symmetricEigen, timesSmall } from './small-matrix.js';

/** More columns than asked for, so that the last ones asked for converge too. */
const OVERSAMPLING = 8;
const ITERATIONS = 20;
/** In between, columns only drift towards each other: by less than single precision can tell apart again. */
const ORTHONORMALISE_EVERY = 5;

/** S X */
function summed({ rows, offsets, neighbours, weights }: PropagationGraph, x: Float32Array, k: number): Float32Array {
  const result = new Float32Array(x.length);
  for (let v = 0; v < rows; v++) {
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const weight = weights === undefined ? 1 : weights[i]!;
      const from = neighbours[i]! * k;
      for (let c = 0; c < k; c++) result[v * k + c]! += weight * x[from + c]!;
    }
  }
  return result;
}

/** (S + I) X / 2: the graph's eigenvalues lie in [-1, 1], and the shift brings the smooth ones to the front. */
const smoothed = (graph: PropagationGraph, x: Float32Array, k: number): Float32Array =>
  summed(graph, x, k).map((sum, i) => (sum + x[i]!) / 2);

/** A spectral embedding, and what one more node is embedded from. */
export interface SpectralEmbedding {
  /** `[rows, columns]`; the columns beyond the rank are zero, as are rows without edges. */
  readonly embedded: Float32Array;
  /** `[rows, columns]`: what `embedded` is one step of. A node is embedded as S · basis / λ, column by column. */
  readonly basis: Float32Array;
  /** `[columns]`: λ, 0 where a column is not used. */
  readonly eigenvalues: Float32Array;
}

/** A column of a smaller eigenvalue would be mostly the error of the iteration, which is divided by it. */
const SMALLEST_EIGENVALUE = 0.01;

/**
 * Spectral embedding: the leading eigenvectors of a symmetrically normalised graph, each scaled by the root of its
 * eigenvalue, by subspace iteration (Halko, Martinsson, Tropp 2011). Inner products of rows are the best rank-k
 * picture of the graph's own kernel, so that it says in 64 columns what hashes need thousands for, without their noise.
 * The last step of the iteration is the Nyström extension S u / λ, which embeds a node that came later from its
 * neighbours by the same formula.
 *
 * @param graph weights normalised symmetrically
 * @param start `[rows, columns + 8]`: where the iteration starts; random, by node
 */
export function spectralEmbedding(graph: PropagationGraph, start: Float32Array, columns: number): SpectralEmbedding {
  const { rows } = graph;
  const embedded = new Float32Array(rows * columns);
  const result = { embedded, basis: new Float32Array(rows * columns), eigenvalues: new Float32Array(columns) };
  if (graph.neighbours.length === 0) return result;
  // A node without edges is an eigenvector of its own, of no use to anyone.
  const connected = start.slice();
  let k = columns + OVERSAMPLING;
  for (let v = 0; v < rows; v++) {
    if (graph.offsets[v] === graph.offsets[v + 1]) connected.fill(0, v * k, (v + 1) * k);
  }
  let space: Float32Array = connected;
  for (let i = 1; i <= ITERATIONS; i++) {
    space = smoothed(graph, space, k);
    if (i % ORTHONORMALISE_EVERY === 0) ({ columns: space, k } = orthonormalColumns(space, k));
  }
  const { values, vectors } = symmetricEigen(gram(space, smoothed(graph, space, k), k));
  const rotated = timesSmall(space, k, vectors);
  for (let c = 0; c < Math.min(columns, k); c++) {
    const eigenvalue = 2 * values[c]! - 1;
    if (eigenvalue < SMALLEST_EIGENVALUE) break;
    result.eigenvalues[c] = eigenvalue;
    const scale = Math.sqrt(eigenvalue);
    for (let v = 0; v < rows; v++) result.basis[v * columns + c] = scale * rotated[v * k + c]!;
  }
  const neighbourSums = summed(graph, result.basis, columns);
  neighbourSums.forEach((sum, i) => {
    const eigenvalue = result.eigenvalues[i % columns]!;
    if (eigenvalue > 0) embedded[i] = sum / eigenvalue;
  });
  return result;
}

/** Columns of `start` that {@link spectralEmbedding} needs. */
export const spectralStartColumns = (columns: number): number => columns + OVERSAMPLING;
