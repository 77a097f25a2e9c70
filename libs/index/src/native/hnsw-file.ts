import { open, type FileHandle } from 'node:fs/promises';
import { ThawError } from '@thaw/contracts';
import type { ReadOptions } from '../types.js';

/** What the manifest says of an index file. */
export interface ExpectedFile {
  readonly count: number;
  readonly dimensions: number;
  readonly m: number;
}

/** `saveIndex` of hnswlib 0.8: little-endian, without padding. */
const HEADER_BYTES = 96;
const CHUNK_BYTES = 4 << 20;
const LINK_BYTES = 4;
const LABEL_BYTES = 8;
const DELETE_MARK = 1 << 16;

/**
 * Checks the whole structure of an index file: header, every link, every label. hnswlib's loader trusts all of them, so
 * that a crafted file reads and writes beyond its memory; one that passes here cannot.
 *
 * @throws ThawError INDEX_INVALID
 */
export async function checkIndexFile(
  path: string,
  expected: ExpectedFile,
  { signal, beforeRead }: ReadOptions = {},
): Promise<void> {
  const file = await open(path).catch((error: unknown) => {
    throw new ThawError('INDEX_INVALID', `${path} cannot be read`, { cause: error });
  });
  try {
    await new Checker(path, expected, new ChunkReader(file, path, signal, beforeRead)).check((await file.stat()).size);
  } finally {
    await file.close();
  }
}

class Checker {
  readonly #links0: number;
  readonly #links: number;
  readonly #elementBytes: number;
  readonly #upperBytes: number;
  readonly #seen: Uint8Array;
  #levels = new Uint8Array(0);

  constructor(
    readonly path: string,
    readonly expected: ExpectedFile,
    readonly reader: ChunkReader,
  ) {
    this.#links0 = 2 * expected.m;
    this.#links = expected.m;
    this.#elementBytes = LINK_BYTES * (1 + this.#links0) + 4 * expected.dimensions + LABEL_BYTES;
    this.#upperBytes = LINK_BYTES * (1 + this.#links);
    this.#seen = new Uint8Array(expected.count);
  }

  async check(size: number): Promise<void> {
    const { count } = this.expected;
    const least = HEADER_BYTES + count * (this.#elementBytes + 4);
    if (size < least) this.#refuse(`has ${size} bytes where ${count} elements need at least ${least}`);
    const { maxLevel, entry } = this.#header(await this.reader.take(HEADER_BYTES));
    for (let element = 0; element < count; element++)
      this.#element(await this.reader.next(this.#elementBytes), element);
    const links = await this.#upperLinks(maxLevel);
    if (this.reader.position !== size) this.#refuse(`has ${size - this.reader.position} bytes after its last element`);
    if (count > 0 && this.#levels[entry] !== maxLevel) this.#refuse('has an entry point below the top layer');
    links.forEach((targets, level) => {
      for (const target of targets)
        if (this.#levels[target]! < level)
          this.#refuse(`links to element ${target} on layer ${level}, where it is not`);
    });
  }

  #header(view: DataView): { maxLevel: number; entry: number } {
    const { count, dimensions, m } = this.expected;
    const linksBytes = LINK_BYTES * (1 + this.#links0);
    const wide = (at: number): number => Number(view.getBigUint64(at, true));
    const fields: readonly (readonly [name: string, found: number, wanted: number])[] = [
      ['offset of the lowest layer', wide(0), 0],
      ['capacity', wide(8), count],
      ['number of elements', wide(16), count],
      ['size of an element', wide(24), this.#elementBytes],
      ['offset of labels', wide(32), linksBytes + 4 * dimensions],
      ['offset of vectors', wide(40), linksBytes],
      ['links per layer', wide(56), this.#links],
      ['links on the lowest layer', wide(64), this.#links0],
      ['M', wide(72), m],
    ];
    for (const [name, found, wanted] of fields) {
      if (found !== wanted) this.#refuse(`says that its ${name} is ${found}, the manifest makes it ${wanted}`);
    }
    const maxLevel = view.getInt32(48, true);
    const entry = view.getUint32(52, true);
    const scale = view.getFloat64(80, true);
    if (count > 0 && !(maxLevel >= 0 && maxLevel < 64)) this.#refuse(`has ${maxLevel} as its top layer`);
    if (count > 0 && entry >= count) this.#refuse(`has element ${entry} of ${count} as its entry point`);
    if (!(Math.abs(scale * Math.log(m) - 1) < 1e-9)) this.#refuse('has a layer factor that does not fit its M');
    return { maxLevel, entry };
  }

  #element(view: DataView, element: number): void {
    const { count, dimensions } = this.expected;
    const head = view.getUint32(0, true);
    const links = head & 0xffff;
    if ((head & ~0xffff) !== 0) {
      this.#refuse(
        (head & DELETE_MARK) !== 0 ? `marks element ${element} as deleted` : `has a broken element ${element}`,
      );
    }
    this.#checkLinks(view, links, this.#links0, element);
    const labelAt = LINK_BYTES * (1 + this.#links0) + 4 * dimensions;
    const label = view.getUint32(labelAt, true);
    if (view.getUint32(labelAt + 4, true) !== 0 || label >= count || this.#seen[label] !== 0) {
      this.#refuse(`gives element ${element} a label that is too large or taken`);
    }
    this.#seen[label] = 1;
  }

  /** Checks the links above the lowest layer and returns their targets by layer. */
  async #upperLinks(maxLevel: number): Promise<number[][]> {
    const { count } = this.expected;
    this.#levels = new Uint8Array(count);
    const targets: number[][] = [];
    for (let element = 0; element < count; element++) {
      const bytes = (await this.reader.next(4)).getUint32(0, true);
      const levels = bytes / this.#upperBytes;
      if (!Number.isInteger(levels) || levels > maxLevel)
        this.#refuse(`has a broken list of links of element ${element}`);
      this.#levels[element] = levels;
      for (let level = 1; level <= levels; level++) {
        const view = await this.reader.next(this.#upperBytes);
        const links = view.getUint32(0, true);
        this.#checkLinks(view, links, this.#links, element);
        const list = (targets[level] ??= []);
        for (let link = 0; link < links; link++) list.push(view.getUint32(4 + 4 * link, true));
      }
    }
    return targets;
  }

  #checkLinks(view: DataView, links: number, most: number, element: number): void {
    if (links > most) this.#refuse(`gives element ${element} ${links} links, more than ${most}`);
    for (let link = 0; link < links; link++) {
      if (view.getUint32(4 + 4 * link, true) >= this.expected.count) {
        this.#refuse(`links element ${element} to one that does not exist`);
      }
    }
  }

  #refuse(what: string): never {
    throw new ThawError('INDEX_INVALID', `${this.path} ${what}: it is not loaded; make the version again`);
  }
}

/** Takes a file in order, a chunk at a time: the event loop turns between chunks. */
class ChunkReader {
  position = 0;
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  #from = 0;
  #to = 0;

  constructor(
    readonly file: FileHandle,
    readonly path: string,
    readonly signal: AbortSignal | undefined,
    readonly beforeRead: ReadOptions['beforeRead'],
  ) {}

  /** The next `bytes`, without waiting where they are here already. */
  next(bytes: number): DataView | Promise<DataView> {
    return this.#to - this.#from >= bytes ? this.#slice(bytes) : this.take(bytes);
  }

  async take(bytes: number): Promise<DataView> {
    while (this.#to - this.#from < bytes) {
      this.signal?.throwIfAborted();
      this.#buffer.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
      await this.beforeRead?.(this.#buffer.length - this.#to);
      const at = this.position + this.#to;
      const { bytesRead } = await this.file.read(this.#buffer, this.#to, this.#buffer.length - this.#to, at);
      if (bytesRead === 0) throw new ThawError('INDEX_INVALID', `${this.path} ends too early: make the version again`);
      this.#to += bytesRead;
    }
    return this.#slice(bytes);
  }

  #slice(bytes: number): DataView {
    const view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset + this.#from, bytes);
    this.#from += bytes;
    this.position += bytes;
    return view;
  }
}
