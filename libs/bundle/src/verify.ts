import { createHash } from 'node:crypto';
import { FILES, type BundleFiles, type ByteSource } from './files.js';
import type { IdRows } from './id-rows.js';
import { type KnownId, readIds, type ReadIdsOptions } from './ids.js';
import { invalid } from './invalid.js';
import { decodeManifest, MAX_MANIFEST_BYTES } from './manifest-file.js';
import type { Manifest, ManifestFile } from './manifest.js';
import type { BundleIds, BundleVectors, VerifiedBundle } from './port.js';
import { type MemoryOf, SafetensorsReader } from './safetensors/reader.js';
import { checkShapes, checkVectors, readVectors } from './vectors.js';

/** Bytes hashed at once, on the caller's thread: about half a millisecond. */
const PIECE = 1 << 18;

/** Opens a file, and closes it whatever comes of it. */
export async function withFile<T>(
  files: BundleFiles,
  name: string,
  use: (source: ByteSource) => T | Promise<T>,
): Promise<T> {
  const source = await files.open(name);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** The sha256 of a file, in hexadecimal. @throws as the source does, and what the signal throws */
export async function sha256Of(source: ByteSource, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const piece = new Uint8Array(Math.min(PIECE, source.size));
  for (let at = 0; at < source.size; at += PIECE) {
    signal?.throwIfAborted();
    const part = piece.subarray(0, Math.min(PIECE, source.size - at));
    await source.read(part, at);
    hash.update(part);
  }
  return hash.digest('hex');
}

/** @throws ThawError BUNDLE_INVALID, BUNDLE_VERSION, and as the files do */
export async function readManifest(files: BundleFiles, version: string): Promise<Manifest> {
  return withFile(files, FILES.manifest, async (source) => {
    if (source.size > MAX_MANIFEST_BYTES) throw invalid(source.name, `it is longer than ${MAX_MANIFEST_BYTES} bytes`);
    const bytes = new Uint8Array(source.size);
    await source.read(bytes, 0);
    return decodeManifest(bytes, version, source.name);
  });
}

/** That every file is there with its size. @throws ThawError BUNDLE_INVALID, and as the files do */
export async function checkSizes(files: BundleFiles, manifest: Manifest): Promise<void> {
  for (const { name, bytes } of manifest.files) {
    await withFile(files, name, (source) => checkSize(source, bytes));
  }
}

function checkSize(source: ByteSource, bytes: number): void {
  if (source.size !== bytes) throw invalid(source.name, `it has ${source.size} bytes where its manifest says ${bytes}`);
}

/**
 * Checks a bundle: first its manifest, then the sha256 of every file, and only then does anything parse a file.
 *
 * @param pathOf where native code finds a file of it
 * @throws ThawError BUNDLE_INVALID, BUNDLE_VERSION, and as the files do
 */
export async function verifyBundle(
  files: BundleFiles,
  version: string,
  pathOf: (name: string) => string,
  signal?: AbortSignal,
): Promise<VerifiedBundle> {
  const manifest = await readManifest(files, version);
  await checkSizes(files, manifest); // cheap, and tells a truncated file from a changed one
  for (const file of manifest.files) await withFile(files, file.name, (source) => checkFile(source, file, signal));
  const bundle = new FilesBundle(version, manifest, files, pathOf);
  await bundle.checkShapes();
  return bundle;
}

/** A bundle that was verified before. */
export function trustedBundle(
  files: BundleFiles,
  manifest: Manifest,
  pathOf: (name: string) => string,
): VerifiedBundle {
  return new FilesBundle(manifest.version, manifest, files, pathOf);
}

/** One file of a bundle, checked; undefined where its manifest lists none. @throws ThawError BUNDLE_INVALID, and as the files do */
export async function readListedFile(
  files: BundleFiles,
  { files: listed }: Manifest,
  name: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const file = listed.find((each) => each.name === name);
  if (file === undefined) return undefined;
  return withFile(files, name, async (source) => {
    if (file.bytes > maxBytes) throw invalid(source.name, `it is longer than ${maxBytes} bytes`);
    await checkFile(source, file);
    const bytes = new Uint8Array(source.size);
    await source.read(bytes, 0);
    return bytes;
  });
}

/** @throws ThawError BUNDLE_INVALID, and as the source does */
async function checkFile(source: ByteSource, { bytes, sha256 }: ManifestFile, signal?: AbortSignal): Promise<void> {
  checkSize(source, bytes);
  if ((await sha256Of(source, signal)) === sha256) return;
  throw invalid(source.name, 'its content does not have the sha256 that its manifest names');
}

/** Reads all of a bundle, as its users will, in memory that does not grow with the vectors. @throws ThawError BUNDLE_INVALID */
export async function checkContents(files: BundleFiles, manifest: Manifest): Promise<void> {
  const bundle = new FilesBundle(manifest.version, manifest, files, (name) => name);
  await bundle.checkVectors();
  await bundle.readIds();
}

class FilesBundle implements VerifiedBundle {
  constructor(
    readonly version: string,
    readonly manifest: Manifest,
    private readonly files: BundleFiles,
    private readonly pathOf: (name: string) => string,
  ) {}

  async checkShapes(): Promise<void> {
    await this.withVectors((reader, what) => checkShapes(reader, what, this.manifest));
  }

  async checkVectors(): Promise<void> {
    await this.withVectors((reader, what) => checkVectors(reader, what, this.manifest));
  }

  async readVectors(memory?: MemoryOf): Promise<BundleVectors> {
    return this.withVectors((reader, what) => readVectors(reader, what, this.manifest, memory));
  }

  async readIds(known?: KnownId): Promise<BundleIds> {
    const { counts } = this.manifest;
    const products = await this.readCountedIds(FILES.products, counts.products, known);
    return { products, sellers: await this.readCountedIds(FILES.sellers, counts.sellers) };
  }

  has(name: string): boolean {
    return this.manifest.files.some((file) => file.name === name);
  }

  async readIdFile(name: string, options?: ReadIdsOptions): Promise<IdRows> {
    return withFile(this.files, this.listed(name), (source) => readIds(source, options));
  }

  async openTensors(name: string): Promise<SafetensorsReader> {
    return SafetensorsReader.open(await this.files.open(this.listed(name)));
  }

  path(name: string): string {
    return this.pathOf(this.listed(name));
  }

  private async withVectors<T>(use: (reader: SafetensorsReader, what: string) => T | Promise<T>): Promise<T> {
    const reader = await this.openTensors(FILES.vectors);
    try {
      return await use(reader, `${FILES.vectors} of ${this.files.label}`);
    } finally {
      await reader.close();
    }
  }

  private async readCountedIds(name: string, due: number, known?: KnownId): Promise<IdRows> {
    const ids = await this.readIdFile(name, { known, count: due });
    if (ids.size === due) return ids;
    throw invalid(`${name} of ${this.files.label}`, `it has ${ids.size} ids where the manifest says ${due}`);
  }

  /** Only what the manifest lists was verified. */
  private listed(name: string): string {
    if (this.has(name)) return name;
    throw invalid(this.files.label, `it has no file ${JSON.stringify(name.slice(0, 100))}`);
  }
}
