import { ThawError } from '@thaw/contracts';
import type { PropagationGraph } from './propagation-graph.js';

/** α of METHOD's five layers: the share that a node keeps of itself. */
export const PAPER_ALPHAS: readonly number[] = [0.4, 0.45, 0.5, 0.6, 0.7];

/**
 * A neighbour sum, or a mix, no longer than this share of its terms' lengths is taken for zero: what is left of terms
 * that cancel each other is rounding error, and to normalise it would make noise as loud as signal.
 */
export const CANCELLED = 1e-6;

/** @throws ThawError PROPAGATION_INPUT_INVALID unless there is at least one α and all are in [0, 1]. */
export function checkAlphas(alphas: readonly number[]): void {
  if (alphas.length > 0 && alphas.every((alpha) => alpha >= 0 && alpha <= 1)) return;
  throw new ThawError(
    'PROPAGATION_INPUT_INVALID',
    `Cannot propagate with α = [${alphas.join(', ')}]: give one number from 0 to 1 per layer.`,
  );
}

/** @throws ThawError PROPAGATION_INPUT_INVALID unless there is a whole number of dimensions, at least 1. */
export function checkDimensions(dimensions: number): void {
  if (Number.isSafeInteger(dimensions) && dimensions > 0) return;
  throw new ThawError(
    'PROPAGATION_INPUT_INVALID',
    `Cannot propagate ${dimensions} dimensions: give a whole number, 1 or more.`,
  );
}

/** @throws ThawError PROPAGATION_INPUT_INVALID unless `h` is one row of `dimensions` numbers per row of the graph. */
export function checkInput(graph: PropagationGraph, h: Float32Array, dimensions: number): void {
  checkDimensions(dimensions);
  if (h.length === graph.rows * dimensions) return;
  throw new ThawError(
    'PROPAGATION_INPUT_INVALID',
    `Cannot propagate ${h.length} numbers over ${graph.rows} rows of ${dimensions} dimensions: h must hold rows × dimensions numbers.`,
  );
}

/** @throws ThawError PROPAGATION_INPUT_INVALID unless there is a shared `[rows, d]` matrix for every layer but the last. */
export function checkLayers(
  { rows }: Pick<PropagationGraph, 'rows'>,
  layers: readonly Float32Array[],
  { dimensions, alphas }: { readonly dimensions: number; readonly alphas: readonly number[] },
): void {
  const fits = (layer: Float32Array): boolean =>
    layer.length === rows * dimensions && layer.buffer instanceof SharedArrayBuffer;
  if (layers.length === alphas.length - 1 && layers.every(fits)) return;
  throw new ThawError(
    'PROPAGATION_INPUT_INVALID',
    `Cannot keep the layers of a propagation over ${rows} rows of ${dimensions} dimensions: give ${alphas.length - 1} matrices of that size in shared memory.`,
  );
}
