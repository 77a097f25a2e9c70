import { beforeAll, describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryBundleStore } from './directory/directory-bundle-store.js';
import { FILES } from './files.js';
import { encodeManifest } from './manifest-file.js';
import type { Manifest } from './manifest.js';
import { draft, HNSW, MemoryFiles, writeFiles } from './testing.fixture.js';
import { verifyBundle } from './verify.js';

const MUTATIONS = 10_000;

/** A generator of numbers below a limit, the same on every run (xorshift32). */
function below(seed: number): (limit: number) => number {
  let state = seed * 2654435761 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

type Random = ReturnType<typeof below>;
type Bundle = Map<string, Uint8Array>;

let whole: Bundle;
let manifest: Manifest;
let names: string[];

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'thaw-bundle-'));
  const staged = await (await DirectoryBundleStore.open(root)).stage('v000001');
  await writeFiles(staged.folder, true);
  manifest = await staged.publish(draft({ index: HNSW }));
  whole = (await MemoryFiles.of(join(root, 'v000001'))).contents;
  names = [...whole.keys()];
  await rm(root, { recursive: true });
});

/** Whether any two bundles differ in a file's bytes. */
const differs = (a: Bundle, b: Bundle): boolean =>
  a.size !== b.size || [...a].some(([name, bytes]) => Buffer.compare(bytes, b.get(name) ?? new Uint8Array()) !== 0);

/** Reads all that there is to read. */
async function readAll(files: MemoryFiles): Promise<void> {
  const bundle = await verifyBundle(files, 'v000001', (name) => name);
  await bundle.readVectors();
  await bundle.readIds();
}

/** That a bundle is refused with an error that names the bundle and the way out, and that no file stays open. */
async function expectRefused(contents: Bundle, mutation: string): Promise<void> {
  const files = new MemoryFiles(contents);
  const thrown = await readAll(files).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (
    !(thrown instanceof ThawError) ||
    (thrown.code !== 'BUNDLE_INVALID' && thrown.code !== 'BUNDLE_VERSION') ||
    !/the bundle in memory/.test(thrown.message) ||
    !/[Rr]etrain/.test(thrown.message) ||
    thrown.message.length > 2000 ||
    files.openCount !== 0
  ) {
    throw new Error(`${mutation}: ${files.openCount} files open, and ${String(thrown)}`, { cause: thrown });
  }
}

/** Ways in which a disk, a copy or a person damages files. */
const DAMAGE: readonly ((bundle: Bundle, name: string, random: Random) => void)[] = [
  function bitFlip(bundle, name, random) {
    const bytes = bundle.get(name)!;
    bytes[random(bytes.length)]! ^= 1 << random(8);
  },
  function bitFlips(bundle, name, random) {
    for (let n = 2 + random(30); n > 0; n--) DAMAGE[0]!(bundle, name, random);
  },
  function truncated(bundle, name, random) {
    bundle.set(name, bundle.get(name)!.subarray(0, random(bundle.get(name)!.length)));
  },
  function longer(bundle, name, random) {
    const more = Uint8Array.from({ length: 1 + random(20) }, () => random(256));
    bundle.set(name, Buffer.concat([bundle.get(name)!, more]));
  },
  function zeroed(bundle, name, random) {
    const bytes = bundle.get(name)!;
    const from = random(bytes.length);
    bytes.fill(0, from, from + 1 + random(64));
  },
  function cutOut(bundle, name, random) {
    const bytes = bundle.get(name)!;
    const from = random(bytes.length);
    bundle.set(name, Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random(32))]));
  },
  function missing(bundle, name) {
    bundle.delete(name);
  },
  function swapped(bundle, name, random) {
    bundle.set(name, bundle.get(names[random(names.length)]!)!);
  },
  function noise(bundle, name, random) {
    bundle.set(
      name,
      Uint8Array.from({ length: random(300) }, () => random(256)),
    );
  },
];

/** Gives the changed files their right sha256: only their meaning can give them away then. */
function sealAnew(bundle: Bundle, changed: Partial<Manifest> & Record<string, unknown> = {}): Bundle {
  const files = manifest.files.map((file) => {
    const bytes = bundle.get(file.name) ?? new Uint8Array();
    return { name: file.name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  return bundle.set(FILES.manifest, encodeManifest({ ...manifest, files, ...changed }));
}

const text = (value: string): Uint8Array => Buffer.from(value);

/** A safetensors file with any header, its data those of the whole bundle. */
function withHeader(header: string | Uint8Array, length?: bigint): Uint8Array {
  const vectors = whole.get(FILES.vectors)!;
  const data = vectors.subarray(8 + Number(Buffer.from(vectors).readBigUInt64LE()));
  const first = Buffer.alloc(8);
  const bytes = Buffer.from(header);
  first.writeBigUInt64LE(length ?? BigInt(bytes.length));
  return Buffer.concat([first, bytes, data]);
}

describe('a mutated bundle is refused with a clear error', () => {
  test(`${MUTATIONS} times`, async () => {
    await readAll(new MemoryFiles(whole));
    let refused = 0;
    for (let seed = 1; refused < MUTATIONS; seed++) {
      const random = below(seed);
      const bundle: Bundle = new Map([...whole].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
      const damage = DAMAGE[random(DAMAGE.length)]!;
      const name = names[random(names.length)]!;
      damage(bundle, name, random);
      if (!differs(bundle, whole)) continue; // a swap with itself, zeros over zeros
      await expectRefused(bundle, `seed ${seed}: ${damage.name} in ${name}`);
      refused++;
    }
  });

  test('also where every sha256 is right: damaged headers and id maps', async () => {
    let refused = 0;
    for (let seed = 1; seed <= 1500; seed++) {
      const random = below(seed);
      const bundle: Bundle = new Map(whole);
      const ids = random(2) === 0;
      const name = ids ? FILES.products : FILES.vectors;
      bundle.set(name, Uint8Array.from(whole.get(name)!));
      // Within the header, whose every character means something but for its blanks.
      const bytes = bundle.get(name)!;
      const at = random(ids ? bytes.length : 8 + Number(Buffer.from(bytes).readBigUInt64LE()));
      bytes[at] = random(128);
      const files = new MemoryFiles(sealAnew(bundle));
      const outcome = await readAll(files).catch((thrown: unknown) => thrown);
      // Another id, or another blank, is as good as the one before; all else is refused.
      if (outcome === undefined) continue;
      await expectRefused(bundle, `seed ${seed}: byte ${at} of ${name}`);
      refused++;
    }
    expect(refused).toBeGreaterThan(700);
  });

  const tensor = (shape: number[], from: number, to: number, dtype = 'F32'): string =>
    JSON.stringify({ dtype, shape, data_offsets: [from, to] });
  const right = {
    products: tensor([3, 4], 0, 48),
    sellers: tensor([2, 4], 48, 80),
    candidates: tensor([2], 80, 88, 'U32'),
  };
  const header = (changes: Readonly<Record<string, string>> = {}): string =>
    `{${Object.entries({ ...right, ...changes })
      .map(([name, value]) => `"${name}":${value}`)
      .join()}}`;

  test('the header that the crafted ones are made from is right', async () => {
    await readAll(new MemoryFiles(sealAnew(new Map(whole).set(FILES.vectors, withHeader(header())))));
  });

  const crafted: readonly (readonly [string, () => Uint8Array])[] = [
    ['a header of 2^63 bytes', () => withHeader(header(), 2n ** 63n)],
    ['a header of 2^64 - 1 bytes', () => withHeader(header(), 2n ** 64n - 1n)],
    ['a header longer than the file', () => withHeader(header(), 5000n)],
    ['a header of no bytes', () => withHeader('', 0n)],
    ['a file of 7 bytes', () => new Uint8Array(7)],
    ['an array as header', () => withHeader('[]')],
    ['a blank before the header', () => withHeader(` ${header()}`)],
    ['a header that is not UTF-8', () => withHeader(Buffer.concat([text(header().slice(0, -1)), Uint8Array.of(0xff)]))],
    ['nesting of 100,000', () => withHeader(`{"a":${'['.repeat(100_000)}`)],
    ['a name twice', () => withHeader(`${header().slice(0, -1)},"products":${right.products}}`)],
    ['a name twice, once escaped', () => withHeader(`${header().slice(0, -1)},"\\u0070roducts":${right.products}}`)],
    ['the key __proto__', () => withHeader(`${header().slice(0, -1)},"__proto__":{"dtype":"F32"}}`)],
    [
      'the key __proto__ in a tensor',
      () => withHeader(header({ products: right.products.replace('{', '{"__proto__":1,') })),
    ],
    ['an unknown key in a tensor', () => withHeader(header({ products: right.products.replace('{', '{"x":1,') }))],
    ['offsets beyond the file', () => withHeader(header({ sellers: tensor([2, 4000], 48, 32048) }))],
    ['offsets that overlap', () => withHeader(header({ sellers: tensor([2, 4], 40, 72) }))],
    ['offsets that leave a hole', () => withHeader(header({ candidates: tensor([1], 84, 88, 'U32') }))],
    ['offsets in reverse', () => withHeader(header({ candidates: tensor([2], 88, 80, 'U32') }))],
    ['negative offsets', () => withHeader(header({ products: tensor([3, 4], -48, 0) }))],
    [
      'offsets beyond what a double counts',
      () => withHeader(header({ products: tensor([3, 4], 2 ** 60, 2 ** 60 + 48) })),
    ],
    ['a shape whose product overflows', () => withHeader(header({ products: tensor([2 ** 40, 2 ** 40], 0, 48) }))],
    [
      'a shape that overflows to the right size',
      () => withHeader(header({ products: tensor([2 ** 32, 2 ** 32, 12], 0, 48) })),
    ],
    [
      'a shape of 100,000 dimensions',
      () => withHeader(header({ products: tensor(Array<number>(1e5).fill(1), 0, 48) })),
    ],
    ['half a row', () => withHeader(header({ products: tensor([3.5, 4], 0, 56) }))],
    ['a wrong type of the same size', () => withHeader(header({ products: tensor([3, 4], 0, 48, 'I32') }))],
    ['an unknown type', () => withHeader(header({ products: tensor([3, 4], 0, 48, 'toString') }))],
    ['a tensor short', () => withHeader(`{"products":${right.products},"rest":${tensor([40], 48, 88, 'U8')}}`)],
    ['other shapes than the manifest', () => withHeader(header({ products: tensor([4, 3], 0, 48) }))],
    ['metadata that is no text', () => withHeader(`${header().slice(0, -1)},"__metadata__":{"a":1}}`)],
    ['no header at all', () => withHeader('x'.repeat(40))],
  ];

  test.each(crafted)('also where every sha256 is right: %s', async (name, make) => {
    await expectRefused(sealAnew(new Map(whole).set(FILES.vectors, make())), name);
  });

  const number = (at: number, write: (bytes: Buffer, at: number) => void) => (): Uint8Array => {
    const bytes = Buffer.from(withHeader(header()));
    write(bytes, bytes.length - 88 + at);
    return bytes;
  };
  test.each([
    ['a product vector that is not a number', number(20, (bytes, at) => bytes.writeFloatLE(NaN, at))],
    ['a seller vector that is infinite', number(76, (bytes, at) => bytes.writeFloatLE(-Infinity, at))],
    ['a candidate beyond the products', number(84, (bytes, at) => bytes.writeUInt32LE(3, at))],
    ['a candidate twice', number(84, (bytes, at) => bytes.writeUInt32LE(2, at))],
  ])('also where every sha256 is right: %s', async (name, make) => {
    await expectRefused(sealAnew(new Map(whole).set(FILES.vectors, make())), name);
  });

  test.each([
    ['too few', '"a"\n"b"\n'],
    ['too many', '"a"\n"b"\n"c"\n"d"\n'],
    ['one twice', '"a"\n"b"\n"a"\n'],
    ['one twice, once escaped', '"a"\n"b"\n"\\u0061"\n'],
    ['a number', '"a"\n1\n"c"\n'],
    ['an object', '"a"\n{"__proto__":1}\n"c"\n'],
    ['an empty line', '"a"\n\n"c"\n'],
    ['half a line', '"a"\n"b"\n"c"'],
    ['a line without end', `"a"\n"b"\n"${'c'.repeat(1 << 20)}`],
  ])('also where every sha256 is right: ids, %s', async (name, ids) => {
    await expectRefused(sealAnew(new Map(whole).set(FILES.products, text(ids))), name);
  });

  test.each([
    ['a path as a name', { files: [{ name: '../../etc/passwd', bytes: 1, sha256: 'a'.repeat(64) }] }],
    ['no files', { files: [] }],
    ['a later schema', { schemaVersion: 2 }],
    ['a schema that is no number', { schemaVersion: '1' }],
    ['another version', { version: 'v000002' }],
    ['more products than there are', { counts: { products: 4, sellers: 2, candidates: 2 } }],
    ['a file without an index', { index: { kind: 'flat' } }],
    ['times that are none', { createdAtMs: -1 }],
    ['deep settings', { settings: { deep: JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown } }],
    [
      'a file of more bytes than can be counted',
      { files: [{ name: 'card.md', bytes: 2 ** 60, sha256: 'a'.repeat(64) }] },
    ],
  ])('also where every sha256 is right: a manifest with %s', async (name, changes) => {
    await expectRefused(sealAnew(new Map(whole), changes as Partial<Manifest>), name);
  });

  test('a manifest sealed over something else than a manifest', async () => {
    for (const value of [[], 1, null, 'x', { sha256: 1 }]) {
      await expectRefused(
        new Map(whole).set(FILES.manifest, encodeManifest(value as unknown as Manifest)),
        JSON.stringify(value),
      );
    }
  });
});
