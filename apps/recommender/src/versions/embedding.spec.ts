import { expect, test } from '@jest/globals';
import type { SourceRecord } from '@thaw/kafka';
import { decodeEmbedding, NotAnEmbedding } from './embedding.js';

const record = (key: string, values: readonly number[] | null, version = 'v000001'): SourceRecord => ({
  offset: 7,
  timestampMs: 0,
  key: Buffer.from(key),
  value: values && Buffer.from(Float32Array.from(values).buffer),
  headers: { 'thaw-version': Buffer.from(version) },
});

test('reads the vector of a node, and that a node is gone', () => {
  const embedding = decodeEmbedding(record('product:a:b', [1, -2.5]), 3);
  expect(embedding).toMatchObject({ type: 'product', id: 'a:b', version: 'v000001', partition: 3, offset: 7 });
  expect([...embedding.vector!]).toEqual([1, -2.5]);
  expect(decodeEmbedding(record('seller:s', null), 0)).toMatchObject({ type: 'seller', id: 's', vector: null });
});

test.each([
  ['a key that names no node', record('basket:1', [1])],
  ['no version', record('product:a', [1], '')],
  ['half a number', { ...record('product:a', [1]), value: Buffer.alloc(6) }],
  ['a number that is not one', record('product:a', [1, Number.NaN])],
  ['an infinite number', record('product:a', [Infinity])],
])('refuses %s', (_, bad) => {
  expect(() => decodeEmbedding(bad, 0)).toThrow(NotAnEmbedding);
});
