import type { SourceRecord } from '@thaw/kafka';

/** A record of the topic `embeddings`. */
export interface Embedding {
  readonly type: 'product' | 'seller';
  readonly id: string;
  readonly version: string;
  /** `[D]` folded; null: the node is gone. */
  readonly vector: Float32Array | null;
  readonly partition: number;
  readonly offset: number;
}

/** What is wrong with a record that is no embedding. */
export class NotAnEmbedding extends Error {}

/** Reads a record: key `product:<id>` or `seller:<id>`, value D float32 little-endian, header `thaw-version`. */
export function decodeEmbedding({ key, value, headers, offset }: SourceRecord, partition: number): Embedding {
  const text = key?.toString() ?? '';
  const at = text.indexOf(':');
  const type = text.slice(0, at);
  if (type !== 'product' && type !== 'seller') throw new NotAnEmbedding('its key names no node');
  const version = String(headers['thaw-version'] ?? '');
  if (version === '') throw new NotAnEmbedding('it has no header thaw-version');
  if (value !== null && value.byteLength % 4 !== 0) throw new NotAnEmbedding('its value is no row of float32');
  const vector = value && vectorOf(value);
  if (vector?.every(Number.isFinite) === false) throw new NotAnEmbedding('its value holds a number that is not finite');
  return { type, id: text.slice(at + 1), version, vector, partition, offset };
}

/** Copies: a view would keep the whole fetch in memory, and might not be aligned. */
function vectorOf(value: Buffer): Float32Array {
  const vector = new Float32Array(value.byteLength / 4);
  new Uint8Array(vector.buffer).set(value);
  return vector;
}
