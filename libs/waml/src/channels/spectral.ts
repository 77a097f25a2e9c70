import type { PropagationGraph } from '../propagation/propagation-graph.js';
import type { Propagate } from './channel-vectors.js';
import { gram, orthonormalColumns, symmetricEigen, timesSmall } from './small-matrix.js';

/** More columns than asked for, so that the last ones asked for converge too. */
const OVERSAMPLING = 8;
const ITERATIONS = 20;
/** (S + I) / 2: the graph's eigenvalues lie in [-1, 1], and the shift brings the smooth ones to the front. */
const SHIFT = 0.5;
/** In between, columns only drift towards each other: by less than single precision can tell apart again. */
const ORTHONORMALISE_EVERY = 5;

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
export async function spectralEmbedding(
  graph: PropagationGraph,
  start: Float32Array,
  columns: number,
  propagate: Propagate,
  signal?: AbortSignal,
): Promise<SpectralEmbedding> {
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
  // With all α the same, layers without norms are powers of α I + (1 − α) S.
  const powers = (x: Float32Array, dimensions: number, alpha: number, layers: number): Promise<Float32Array> =>
    propagate(graph, x, {
      dimensions,
      alphas: Array<number>(layers).fill(alpha),
      normalise: false,
      ...(signal && { signal }),
    });
  let space: Float32Array = connected;
  for (let i = 0; i < ITERATIONS; i += ORTHONORMALISE_EVERY) {
    space = await powers(space, k, SHIFT, ORTHONORMALISE_EVERY);
    ({ columns: space, k } = orthonormalColumns(space, k));
  }
  const { values, vectors } = symmetricEigen(gram(space, await powers(space, k, SHIFT, 1), k));
  const rotated = timesSmall(space, k, vectors);
  for (let c = 0; c < Math.min(columns, k); c++) {
    const eigenvalue = 2 * values[c]! - 1;
    if (eigenvalue < SMALLEST_EIGENVALUE) break;
    result.eigenvalues[c] = eigenvalue;
    const scale = Math.sqrt(eigenvalue);
    for (let v = 0; v < rows; v++) result.basis[v * columns + c] = scale * rotated[v * k + c]!;
  }
  const neighbourSums = await powers(result.basis, columns, 0, 1);
  neighbourSums.forEach((sum, i) => {
    const eigenvalue = result.eigenvalues[i % columns]!;
    if (eigenvalue > 0) embedded[i] = sum / eigenvalue;
  });
  return result;
}

/** Columns of `start` that {@link spectralEmbedding} needs. */
export const spectralStartColumns = (columns: number): number => columns + OVERSAMPLING;
