import { ThawError } from '@thaw/contracts';
import type { HashKind } from '../hashing/hash-vector.js';
import { addHashVector } from '../hashing/hash-vector.js';

/** One hash vector per row, as the hashes that they are made of. */
export interface HashedRows {
  readonly kind: HashKind;
  /** `[rows, 2]`: two words a row, see `NodeHasher.key`. */
  readonly keys: Int32Array;
  /** `[rows]`: 0 for a row that has no vector; all have one where absent. */
  readonly present?: Uint8Array;
}

/** h⁰ as the sum of its parts. */
export interface PropagationInput {
  /** `[rows, d]`, row-major. Best in shared memory ({@link sharedMatrix}): else it is copied there. */
  readonly matrix?: Float32Array;
  readonly hashes?: readonly HashedRows[];
}

/** A zero matrix `[rows, dimensions]` in shared memory, which worker threads read without a copy. */
export const sharedMatrix = (rows: number, dimensions: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(4 * rows * dimensions));

/**
 * The input with all its arrays in shared memory.
 * @throws ThawError PROPAGATION_INPUT_INVALID when a part has not one entry per row.
 */
export function sharedInput(input: PropagationInput, rows: number, dimensions: number): PropagationInput {
  const { matrix, hashes = [] } = input;
  checkLength('the matrix', matrix?.length, rows * dimensions);
  for (const { keys, present } of hashes) {
    checkLength('the hash keys', keys.length, 2 * rows);
    checkLength('the marks of present rows', present?.length, rows);
  }
  return {
    ...(matrix && { matrix: shared(matrix, Float32Array) }),
    hashes: hashes.map(({ kind, keys, present }) => ({
      kind,
      keys: shared(keys, Int32Array),
      ...(present && { present: shared(present, Uint8Array) }),
    })),
  };
}

/** Writes row `row` of h⁰ to `into[0 … dimensions)`. */
export function writeInputRow(input: PropagationInput, row: number, into: Float32Array, dimensions: number): void {
  if (input.matrix) into.set(input.matrix.subarray(row * dimensions, (row + 1) * dimensions));
  else into.fill(0, 0, dimensions);
  for (const { kind, keys, present } of input.hashes ?? [])
    if (present?.[row] !== 0) addHashVector(kind, keys[2 * row]!, keys[2 * row + 1]!, into, 0, dimensions, 1);
}

/** All rows of h⁰: `[rows, dimensions]`, row-major. */
export function inputMatrix(input: PropagationInput, rows: number, dimensions: number): Float32Array {
  const matrix = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++)
    writeInputRow(input, row, matrix.subarray(row * dimensions, (row + 1) * dimensions), dimensions);
  return matrix;
}

function checkLength(what: string, length: number | undefined, expected: number): void {
  if (length === undefined || length === expected) return;
  throw new ThawError(
    'PROPAGATION_INPUT_INVALID',
    `Cannot propagate: ${what} must hold ${expected} numbers for this graph, and holds ${length}.`,
  );
}

type Shareable = Float32Array | Int32Array | Uint8Array;

function shared<T extends Shareable>(array: T, kind: new (buffer: SharedArrayBuffer) => T): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy = new kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
