import { z } from 'zod';
import { invalid } from '../invalid.js';
import { parseStrictJson } from '../strict-json.js';

/** Bytes of an element, by the names that the format has for its types (huggingface/safetensors, README, "Format"). */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Where the tensor begins and ends, in bytes from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes before the header: its length, u64 little-endian. */
export const LENGTH_BYTES = 8;
/** Thaw's files hold a dozen tensors; the reference implementation stops at 100 MB. */
export const MAX_HEADER_BYTES = 1 << 20;
const MAX_DIMENSIONS = 8;

const count = z.int().nonnegative();
const tensorSchema = z.strictObject({
  dtype: z.enum(Object.keys(DTYPE_BYTES) as [Dtype, ...Dtype[]]),
  shape: z.array(count).max(MAX_DIMENSIONS),
  data_offsets: z.tuple([count, count]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Elements of a shape; more than a double counts exactly gives infinity. */
export function elementsOf(shape: readonly number[]): number {
  const product = shape.reduce((elements, size) => elements * size, 1);
  return Number.isSafeInteger(product) ? product : Infinity;
}

/**
 * The length of a header, from the first 8 bytes.
 *
 * @throws ThawError BUNDLE_INVALID where the file cannot hold it, or it is over `MAX_HEADER_BYTES`
 */
export function headerLength(first: Uint8Array, fileBytes: number, what: string): number {
  const length = new DataView(first.buffer, first.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw invalid(what, `its header of ${length.toString()} bytes is longer than ${MAX_HEADER_BYTES}`);
  }
  if (LENGTH_BYTES + Number(length) > fileBytes) throw invalid(what, 'its header is longer than the file');
  return Number(length);
}

/**
 * The header of a safetensors file, by the format's rules: JSON that begins with `{`, no name twice, and tensors that
 * cover the data from its first byte to its last without overlap or hole.
 *
 * @param dataBytes of the file after the header
 * @throws ThawError BUNDLE_INVALID
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, what: string): SafetensorsHeader {
  if (bytes[0] !== 0x7b) throw invalid(what, 'its header does not begin with {');
  const entries = Object.entries(parseStrictJson(bytes, `The header of ${what}`) as object);
  const tensors = new Map<string, TensorInfo>();
  let metadata = new Map<string, string>();
  for (const [name, value] of entries) {
    if (name === '__metadata__') metadata = new Map(Object.entries(parse(metadataSchema, value, name, what)));
    else tensors.set(name, tensorOf(name, value, what));
  }
  checkCover(tensors, dataBytes, what);
  return { tensors, metadata };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, name: string, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw invalid(what, `${quoted(name)} in its header: ${[...issue.path, ''].join(': ')}${issue.message}`);
}

function tensorOf(name: string, value: unknown, what: string): TensorInfo {
  const { dtype, shape, data_offsets } = parse(tensorSchema, value, name, what);
  const [begin, end] = data_offsets;
  const bytes = elementsOf(shape) * DTYPE_BYTES[dtype];
  if (end - begin !== bytes) {
    throw invalid(what, `the tensor ${quoted(name)} takes ${end - begin} bytes where its shape takes ${bytes}`);
  }
  return { dtype, shape, begin, end };
}

function checkCover(tensors: ReadonlyMap<string, TensorInfo>, dataBytes: number, what: string): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== reached) {
      throw invalid(what, `the tensor ${quoted(name)} begins at byte ${begin} where ${reached} was due`);
    }
    reached = end;
  }
  if (reached !== dataBytes) throw invalid(what, `its tensors end at byte ${reached}, its data at ${dataBytes}`);
}

export const quoted = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);

/** A header as bytes, with its length before it, filled up with blanks so that the data begin at a multiple of 8. */
export function encodeHeader({ tensors, metadata }: SafetensorsHeader): Uint8Array {
  const entries = [...tensors].map(([name, { dtype, shape, begin, end }]) => {
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`;
  });
  // Text, not an object: names such as 1 or __proto__ would move or vanish in one.
  const notes = [...metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  if (notes.length > 0) entries.unshift(`"__metadata__":{${notes.join()}}`);
  const json = Buffer.from(`{${entries.join()}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}
