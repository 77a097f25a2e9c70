import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Embedding } from './embedding.js';
import { EmbeddingBuffer } from './embedding-buffer.js';

const VERSIONS = ['v000001', 'v000002', 'v000003'];

test('of each version it has the newest embedding of every node, or says that it has not all of them', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ version: fc.constantFrom(...VERSIONS), id: fc.nat(3), length: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ forget: fc.constantFrom(...VERSIONS) }) },
    { weight: 1, arbitrary: fc.record({ forgetBefore: fc.constantFrom(...VERSIONS) }) },
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40, size: 'max' }),
      fc.integer({ min: 1000, max: 4000 }),
      (steps, bytes) => {
        const buffer = new EmbeddingBuffer(bytes);
        const all = new Map<string, Map<string, Embedding>>(VERSIONS.map((version) => [version, new Map()]));
        const forgotten = new Set<string>();
        steps.forEach((each, offset) => {
          if ('forget' in each) {
            buffer.forgetThrough(each.forget);
            for (const version of VERSIONS) if (version <= each.forget) forgotten.add(version);
            return;
          }
          if ('forgetBefore' in each) {
            buffer.forgetBefore(each.forgetBefore);
            for (const version of VERSIONS) if (version < each.forgetBefore) forgotten.add(version);
            return;
          }
          const { version, length } = each;
          const id = `p${each.id}`;
          const vector = length === 0 ? null : new Float32Array(length);
          const embedding: Embedding = { type: 'product', id, version, vector, partition: 0, offset };
          buffer.add(embedding);
          all.get(version)!.set(id, embedding);
          expect(buffer.sizeBytes).toBeLessThanOrEqual(bytes);
        });
        for (const version of VERSIONS) {
          const kept = buffer.of(version);
          if (forgotten.has(version)) expect(kept).toBeUndefined();
          if (kept === undefined) continue;
          const expected = [...all.get(version)!.values()];
          const byOffset = (a: Embedding, b: Embedding): number => a.offset - b.offset;
          expect([...kept].sort(byOffset)).toEqual(expected.sort(byOffset));
        }
      },
    ),
  );
});

test('where there is room nothing is let go of', () => {
  const buffer = new EmbeddingBuffer(1_000_000);
  const embedding: Embedding = { type: 'seller', id: 's', version: 'v000001', vector: null, partition: 0, offset: 0 };
  buffer.add(embedding);
  buffer.add({ ...embedding, version: 'v000002' });
  expect([...buffer.of('v000001')!]).toEqual([embedding]);
  expect([...buffer.of('v000003')!]).toEqual([]);
  buffer.forgetBefore('v000001');
  expect([...buffer.of('v000001')!]).toEqual([embedding]);
  buffer.forgetBefore('v000002');
  expect(buffer.of('v000001')).toBeUndefined();
  expect([...buffer.of('v000002')!]).toHaveLength(1);
});
