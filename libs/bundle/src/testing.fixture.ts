import { afterEach } from '@jest/globals';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILES, type BundleFiles, type ByteSource } from './files.js';
import { writeIds } from './ids.js';
import { invalid } from './invalid.js';
import type { ManifestDraft } from './manifest.js';
import { writeVectors } from './vectors.js';

/** Gives each test of a spec folders that are removed when it ends. */
export function temporaryFolders(): () => Promise<string> {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'thaw-bundle-'));
    folders.push(folder);
    return folder;
  };
}

/** The files of a bundle in memory, to change as a test likes; counts those that are open. */
export class MemoryFiles implements BundleFiles {
  readonly label = 'the bundle in memory';
  openCount = 0;

  constructor(readonly contents: Map<string, Uint8Array>) {}

  static async of(folder: string): Promise<MemoryFiles> {
    const contents = new Map<string, Uint8Array>();
    for (const name of await readdir(folder)) contents.set(name, await readFile(join(folder, name)));
    return new MemoryFiles(contents);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- rejects, as the port says, where it would throw
  async open(name: string): Promise<ByteSource> {
    const bytes = this.contents.get(name);
    if (!bytes) throw invalid(`${name} of ${this.label}`, 'it is missing');
    this.openCount += 1;
    return {
      ...memorySource(bytes, `${name} of ${this.label}`),
      close: () => {
        this.openCount -= 1;
        return Promise.resolve();
      },
    };
  }
}

export const memorySource = (bytes: Uint8Array, name = 'the file'): ByteSource => ({
  name,
  size: bytes.length,
  read: (target, position) => {
    if (position + target.length > bytes.length) return Promise.reject(invalid(name, 'it ends before its last byte'));
    target.set(bytes.subarray(position, position + target.length));
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
});

/** A draft that a test changes where it matters. */
export const draft = (changes: Partial<ManifestDraft> = {}): Omit<ManifestDraft, 'version'> => ({
  parent: null,
  kind: 'full',
  createdAtMs: 1_700_000_000_000,
  graphSequence: 42,
  dataWindow: { fromMs: 1_690_000_000_000, toMs: 1_699_000_000_000 },
  counts: { products: 3, sellers: 2, candidates: 2 },
  settings: {
    channels: [
      { name: 'text', dimensions: 2, weight: 0.5 },
      { name: 'co-interaction', dimensions: 1, weight: 1.5 },
    ],
    dimensions: 4,
    coInteractionThreshold: 3,
  },
  metrics: { recallAt100: 0.25, servingRecallAt100: null, indexRecallAt100: 1 },
  gate: { passed: true, reason: 'the first version' },
  index: { kind: 'exact' },
  ...changes,
});

export const VECTORS = {
  dimensions: 4,
  products: Float32Array.from({ length: 12 }, (_, i) => i / 4),
  sellers: Float32Array.from({ length: 8 }, (_, i) => -i),
  candidates: Uint32Array.of(2, 0),
};
export const IDS = { products: ['p 1', 'p"2', 'ü\n\ud800'], sellers: ['s1', ''] };

/** Writes the files that `draft` describes; with `index.hnsw` where asked. */
export async function writeFiles(folder: string, withIndex = false): Promise<void> {
  await writeVectors(folder, { ...VECTORS, counts: { products: 3, sellers: 2 } });
  await writeIds(folder, FILES.products, IDS.products);
  await writeIds(folder, FILES.sellers, IDS.sellers);
  if (withIndex)
    await writeFile(
      join(folder, FILES.index),
      Uint8Array.from({ length: 200 }, (_, i) => i),
    );
}

export const HNSW = { kind: 'hnsw', m: 16, efConstruction: 200, efSearch: 100 } as const;
