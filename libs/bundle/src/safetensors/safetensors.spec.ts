import { describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memorySource, temporaryFolders } from '../testing.fixture.js';
import { DTYPE_BYTES, parseHeader, type Dtype } from './header.js';
import { SafetensorsReader } from './reader.js';
import { writeSafetensors, type TensorToWrite } from './writer.js';

const newFolder = temporaryFolders();

const openBytes = (bytes: Uint8Array): Promise<SafetensorsReader> => SafetensorsReader.open(memorySource(bytes));

const shapes = fc.array(fc.nat(6), { maxLength: 3 });
const names = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((name) => !['__metadata__', '__proto__'].includes(name));
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const tensors: fc.Arbitrary<TensorToWrite> = fc.record({ name: names, shape: shapes }).chain(({ name, shape }) => {
  const length = { minLength: sizeOf(shape), maxLength: sizeOf(shape), size: 'max' as const };
  return fc.oneof(
    fc.float32Array(length).map((data) => ({ name, shape, dtype: 'F32' as const, data })),
    fc.uint32Array(length).map((data) => ({ name, shape, dtype: 'U32' as const, data })),
  );
});

function cut<T extends Float32Array | Uint32Array>(data: T, parts: number): T[] {
  const step = Math.max(1, Math.ceil(data.length / parts));
  return Array.from({ length: Math.ceil(data.length / step) }, (_, i) => data.slice(i * step, (i + 1) * step) as T);
}

describe('a safetensors file', () => {
  test('is read as it was written, whole or in parts', async () => {
    const folder = await newFolder();
    const cases = fc.record({
      written: fc.uniqueArray(tensors, { maxLength: 4, size: 'max', selector: ({ name }) => name }),
      metadata: fc.dictionary(fc.constantFrom('a', 'made by', '"', 'ü'), fc.string({ unit: 'grapheme' })),
      parts: fc.integer({ min: 1, max: 4 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ written, metadata, parts }) => {
        const path = join(folder, `${run++}.safetensors`);
        const inParts = written.map((tensor) => ({ ...tensor, data: cut(tensor.data as Float32Array, parts) }));
        await writeSafetensors(path, inParts as TensorToWrite[], { metadata });
        const bytes = await readFile(path);
        expect((8 + Number(bytes.readBigUInt64LE())) % 8).toBe(0);
        const reader = await openBytes(bytes);
        expect([...reader.tensors.keys()]).toEqual(written.map(({ name }) => name));
        expect(Object.fromEntries(reader.metadata)).toEqual({ ...metadata });
        for (const { name, dtype, shape, data } of written) {
          expect(reader.shapeOf(name, dtype)).toEqual(shape);
          const scanned: number[] = [];
          if (dtype === 'F32') await reader.scanFloat32(name, (part) => void scanned.push(...part));
          expect(dtype === 'F32' ? await reader.readFloat32(name) : await reader.readUint32(name)).toEqual(data);
          expect(scanned).toEqual(dtype === 'F32' ? [...(data as Float32Array)] : []);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is the bytes that the format says', async () => {
    const path = join(await newFolder(), 'a.safetensors');
    await writeSafetensors(path, [{ name: 'w', dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, -2) }]);
    const header = '{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const blanks = ' '.repeat((8 - (header.length % 8)) % 8);
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length + blanks.length);
    const data = Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    expect(await readFile(path)).toEqual(Buffer.concat([length, Buffer.from(header + blanks), data]));
  });

  test.each([
    ['too few elements', [Float32Array.of(1, 2)], /got 2 elements where its shape has 4/],
    ['too many elements', [Float32Array.of(1, 2, 3), Float32Array.of(4, 5)], /got more elements/],
  ])('of %s is not written, nor is anything left of it', async (_, data, message) => {
    const path = join(await newFolder(), 'a.safetensors');
    const writing = writeSafetensors(path, [{ name: 'w', dtype: 'F32', shape: [2, 2], data }]);
    await expect(writing).rejects.toMatchObject({ code: 'BUNDLE_INVALID', message: expect.stringMatching(message) });
    expect(existsSync(path)).toBe(false);
  });

  test.each([[[1.5, 2]], [[-1, -3]], [[2 ** 40, 2 ** 40]], [[3, 1, 1, 1, 1, 1, 1, 1, 1]]])(
    'of the shape %j is not written',
    async (shape) => {
      const path = join(await newFolder(), 'a.safetensors');
      const writing = writeSafetensors(path, [{ name: 'w', dtype: 'F32', shape, data: new Float32Array(3) }]);
      await expect(writing).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
      expect(existsSync(path)).toBe(false);
    },
  );

  test('is not left half written when its data fail or the caller gives up', async () => {
    const path = join(await newFolder(), 'a.safetensors');
    const abort = new AbortController();
    function* data(end: () => void): Generator<Float32Array> {
      yield Float32Array.of(1, 2);
      end();
      yield Float32Array.of(3, 4);
    }
    const write = (end: () => void): Promise<void> =>
      writeSafetensors(path, [{ name: 'w', dtype: 'F32', shape: [4], data: data(end) }], { signal: abort.signal });
    const fail = (): never => {
      throw new Error('the model is gone');
    };
    await expect(write(fail)).rejects.toThrow('the model is gone');
    await expect(write(() => abort.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(existsSync(path)).toBe(false);
  });

  test('of a name that is taken is left alone', async () => {
    const path = join(await newFolder(), 'a.safetensors');
    await writeFile(path, 'mine');
    await expect(writeSafetensors(path, [])).rejects.toMatchObject({ code: 'BUNDLE_STORE_UNAVAILABLE' });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});

/**
 * The format's rule, said slowly: each byte of the data belongs to exactly one tensor, of the size of its shape; one
 * without bytes lies between two others, not within one.
 */
function isCover(
  layout: readonly { dtype: Dtype; shape: number[]; from: number; to: number }[],
  bytes: number,
): boolean {
  const owners = new Array<number>(bytes).fill(0);
  for (const { dtype, shape, from, to } of layout) {
    if (from > to || to > bytes || to - from !== sizeOf(shape) * DTYPE_BYTES[dtype]) return false;
    if (layout.some((other) => other.from < from && to < other.to)) return false;
    for (let at = from; at < to; at++) owners[at]! += 1;
  }
  return owners.every((count) => count === 1);
}

describe('the header of a safetensors file', () => {
  test('is taken if and only if each byte of the data belongs to one tensor', () => {
    const dtypes = fc.constantFrom<Dtype>('U8', 'F16', 'F32', 'I64');
    const part = fc.record({ dtype: dtypes, shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }) });
    const cases = fc.record({
      parts: fc.array(part, { maxLength: 5, size: 'max' }),
      order: fc.array(fc.nat(100), { minLength: 5, maxLength: 5 }),
      shifts: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, -1, 4), { minLength: 6, maxLength: 6 }),
    });
    const outcomes = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(cases, ({ parts, order, shifts }) => {
        let end = 0;
        const layout = parts.map(({ dtype, shape }, i) => {
          const from = Math.max(0, end + shifts[i]!);
          const to = from + sizeOf(shape) * DTYPE_BYTES[dtype];
          end = to;
          return { dtype, shape, from, to, key: order[i]! };
        });
        const bytes = Math.max(0, end + shifts[5]!);
        const entries = layout
          .map(
            ({ dtype, shape, from, to, key }, i) => [`t${i}`, { dtype, shape, data_offsets: [from, to] }, key] as const,
          )
          .sort((a, b) => a[2] - b[2]);
        const header = Buffer.from(JSON.stringify(Object.fromEntries(entries.map(([name, info]) => [name, info]))));
        let taken = true;
        try {
          parseHeader(header, bytes, 'the file');
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'BUNDLE_INVALID' });
          taken = false;
        }
        expect(taken).toBe(isCover(layout, bytes));
        outcomes[taken ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 2000, seed: 7 },
    );
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(300);
  });

  test('of any bytes is refused with a ThawError, or holds tensors that lie in the file', async () => {
    const right = Buffer.from('{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"__metadata__":{"k":"v"}}');
    const data = Buffer.alloc(8, 1);
    const fragments = [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '-1',
      '1e9',
      '9e99',
      'null',
      '"dtype"',
      '"U8"',
      '\\',
      '\\u0000',
      ' ',
    ];
    const edit = fc.record({
      at: fc.nat(right.length),
      drop: fc.nat(4),
      put: fc.oneof(
        fc.constantFrom(...fragments).map((each) => Buffer.from(each)),
        fc.uint8Array({ maxLength: 4 }),
      ),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 3, size: 'max' }),
        fc.constantFrom(0, 0, 0, 1, -1),
        async (edits, off) => {
          let header: Buffer = right;
          for (const { at, drop, put } of edits) {
            header = Buffer.concat([header.subarray(0, at), put, header.subarray(at + drop)]);
          }
          const length = Buffer.alloc(8);
          length.writeBigInt64LE(BigInt(header.length + off));
          await expectSound(Buffer.concat([length, header, data])).then((sound) => (taken += Number(sound)));
        },
      ),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(100);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64, size: 'max' }), async (bytes) => {
        await expectSound(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Whether the bytes were taken for a file; fails where they were refused by anything but a ThawError. */
async function expectSound(bytes: Uint8Array): Promise<boolean> {
  let reader: SafetensorsReader;
  try {
    reader = await openBytes(bytes);
  } catch (thrown) {
    if (thrown instanceof ThawError && thrown.code === 'BUNDLE_INVALID') return false;
    throw thrown;
  }
  for (const [name, { dtype, begin, end }] of reader.tensors) {
    if (dtype === 'F32') expect((await reader.readFloat32(name)).byteLength).toBe(end - begin);
    else await expect(reader.readFloat32(name)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  }
  return true;
}
