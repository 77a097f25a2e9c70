import { normaliseRows } from '../channels/node-vectors.js';
import { inputMatrix, type PropagationInput } from './input.js';
import { CANCELLED, checkAlphas, checkInput, checkLayers, PAPER_ALPHAS } from './layers.js';
import type { PropagationGraph } from './propagation-graph.js';

export interface ReferenceOptions {
  /** Columns d of `h`. */
  readonly dimensions: number;
  /** One α per layer; their number is K. The paper's five where absent. */
  readonly alphas?: readonly number[];
  /** As for the pool: false for the linear map without norms. */
  readonly normalise?: boolean;
  /** As for the pool: where h¹ to h^{K−1} are left, rows of length 1 or 0. */
  readonly layers?: readonly Float32Array[];
}

/**
 * WAML layers exactly as METHOD states them, in double precision: the measure of the kernel, and fast enough for small
 * graphs. A row without neighbours (or whose neighbours cancel each other) keeps its normalised self; a zero row counts
 * as zero in every sum, and stays zero unless its neighbours give it something.
 *
 * @param input h⁰, a matrix `[rows, d]`, row-major, or its parts; not changed
 * @returns h^K, `[rows, d]`
 * @throws ThawError PROPAGATION_INPUT_INVALID when the shapes or α do not fit.
 */
export function propagateReference(
  graph: PropagationGraph,
  input: Float32Array | PropagationInput,
  options: ReferenceOptions,
): Float32Array {
  const { dimensions, alphas = PAPER_ALPHAS, layers = [] } = options;
  const h = input instanceof Float32Array ? input : inputMatrix(input, graph.rows, dimensions);
  if (layers.length > 0) checkLayers(graph, layers, { dimensions, alphas });
  let last = h;
  let k = 0;
  for (const layer of propagateLayers(graph, h, options)) {
    if (k < layers.length) layers[k++]!.set(normaliseRows(layer.slice(), dimensions));
    last = layer;
  }
  return last;
}

/** h¹ … h^K, one by one: see {@link propagateReference}. Every layer is an array of its own. */
export function* propagateLayers(
  graph: PropagationGraph,
  h: Float32Array,
  { dimensions, alphas = PAPER_ALPHAS, normalise: isNormalised = true }: ReferenceOptions,
): Generator<Float32Array, void, undefined> {
  checkAlphas(alphas);
  checkInput(graph, h, dimensions);
  let current = Float64Array.from(h);
  for (const alpha of alphas) {
    const input = current;
    const output = new Float64Array(input.length);
    if (isNormalised) for (let v = 0; v < graph.rows; v++) normalise(input, v * dimensions, dimensions, 0);
    for (let v = 0; v < graph.rows; v++) {
      const row = v * dimensions;
      const weight = sumNeighbours(graph, v, input, output, dimensions);
      const kept = !isNormalised || normalise(output, row, dimensions, weight) ? alpha : 1;
      for (let k = row; k < row + dimensions; k++) output[k] = kept * input[k]! + (1 - kept) * output[k]!;
    }
    if (isNormalised) for (let v = 0; v < graph.rows; v++) clearCancelled(output, v * dimensions, dimensions);
    current = output;
    yield Float32Array.from(output);
  }
}

/** Adds up the neighbours' rows in `out`'s row v; returns the sum of the weights. */
function sumNeighbours(
  { offsets, neighbours, weights }: PropagationGraph,
  v: number,
  h: Float64Array,
  out: Float64Array,
  dimensions: number,
): number {
  const row = v * dimensions;
  let total = 0;
  for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
    const from = neighbours[i]! * dimensions;
    const weight = weights ? weights[i]! : 1;
    for (let k = 0; k < dimensions; k++) out[row + k]! += weight * h[from + k]!;
    total += weight;
  }
  return total;
}

/** Divides the row by its length; returns whether it is any longer than the rounding errors of `terms` unit vectors. */
function normalise(h: Float64Array, row: number, dimensions: number, terms: number): boolean {
  const length = norm(h, row, dimensions);
  const meaningful = length > CANCELLED * terms;
  for (let k = row; k < row + dimensions; k++) h[k] = meaningful ? h[k]! / length : 0;
  return meaningful;
}

function clearCancelled(h: Float64Array, row: number, dimensions: number): void {
  if (norm(h, row, dimensions) <= CANCELLED) h.fill(0, row, row + dimensions);
}

function norm(h: Float64Array, row: number, dimensions: number): number {
  let squares = 0;
  for (let k = row; k < row + dimensions; k++) squares += h[k]! * h[k]!;
  return Math.sqrt(squares);
}
