import type { VectorCache } from '@thaw/text';
import { setImmediate } from 'node:timers/promises';
import type { Database, Write } from './database.js';
import { storeFailure } from './failures.js';
import { openFolder } from './folder.js';
import { OWN_FAMILY, vectorCacheOptions } from './settings.js';

/** Rows between two turns of the event loop; a read or write of so many takes some milliseconds. */
const SLICE = 512;

const DEFAULT_MOST_VECTORS = 10_000_000;
/** Sorts after every generation. */
const STATE_KEY = Buffer.from('state');
const STATE_BYTES = 8;

type Entry = readonly [key: string, vector: Float32Array];

/**
 * Encoded texts in a RocksDB folder of their own, so that a text is encoded once, whatever restarts. The folder may be
 * deleted at any time: what is missing is encoded again.
 *
 * What was not asked for longest goes first, roughly: vectors are in generations of half as many as may be kept. What is
 * found in the last but one moves to the last; when that is full, a new one begins and the last but one is deleted.
 */
export class RocksVectorCache implements VectorCache {
  private constructor(
    private readonly folder: string,
    private readonly database: Database,
    private readonly mostPerGeneration: number,
    private generation: number,
    /** Rows written to the generation, a row that was written again counted again. */
    private written: number,
  ) {}

  /**
   * @param folder made where absent; nothing else may be in it
   * @throws ThawError STORE_LOCKED when another process holds the folder; STORE_CORRUPT, STORE_UNAVAILABLE or
   * STORE_VERSION as every store
   */
  static async open(folder: string, mostVectors = DEFAULT_MOST_VECTORS): Promise<RocksVectorCache> {
    const database = await openFolder(folder, 'open', vectorCacheOptions);
    const state = Buffer.from(database.get(OWN_FAMILY, STATE_KEY) ?? new Uint8Array(STATE_BYTES));
    const mostPerGeneration = Math.max(1, Math.floor(mostVectors / 2));
    return new RocksVectorCache(folder, database, mostPerGeneration, state.readUInt32BE(0), state.readUInt32BE(4));
  }

  /** @throws ThawError STORE_CORRUPT or STORE_UNAVAILABLE */
  async get(keys: readonly string[]): Promise<readonly (Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = [];
    const older: Entry[] = [];
    for (const key of keys) {
      if (vectors.length > 0 && vectors.length % SLICE === 0) await setImmediate();
      let vector = this.read(this.generation, key);
      if (vector === undefined && this.generation > 0) {
        vector = this.read(this.generation - 1, key);
        if (vector !== undefined) older.push([key, vector]);
      }
      vectors.push(vector);
    }
    await this.set(older);
    return vectors;
  }

  /** @throws ThawError STORE_UNAVAILABLE; what comes before a failed slice is kept */
  async set(entries: readonly Entry[]): Promise<void> {
    for (let from = 0; from < entries.length;) {
      if (from > 0) await setImmediate();
      if (this.written >= this.mostPerGeneration) await this.beginGeneration();
      const slice = entries.slice(from, from + Math.min(SLICE, this.mostPerGeneration - this.written));
      const writes = slice.map(([key, vector]) => this.row(rowKey(this.generation, key), toBytes(vector)));
      this.write([...writes, this.stateRow(this.generation, this.written + slice.length)]);
      this.written += slice.length;
      from += slice.length;
    }
  }

  async close(): Promise<void> {
    await this.database.close().catch((thrown: unknown) => {
      throw storeFailure(this.folder, 'close', thrown);
    });
  }

  /** Deletes the last but one generation first: a process that is killed in between does so again. */
  private async beginGeneration(): Promise<void> {
    const scan = this.try('read', () => this.database.scan(OWN_FAMILY, { to: generationKey(this.generation) }));
    try {
      for (;;) {
        const rows = this.try('read', () => scan.next());
        if (rows.length === 0) break;
        this.write(rows.map(({ key }) => this.row(key, null)));
        await setImmediate();
      }
    } finally {
      scan.close();
    }
    this.write([this.stateRow(this.generation + 1, 0)]);
    this.generation++;
    this.written = 0;
  }

  private read(generation: number, key: string): Float32Array | undefined {
    return this.try('read', () => toVector(this.database.get(OWN_FAMILY, rowKey(generation, key))));
  }

  private write(writes: readonly Write[]): void {
    this.try('write to', () => this.database.write(writes));
  }

  private row(key: Uint8Array, value: Uint8Array | null): Write {
    return { table: OWN_FAMILY, key, value };
  }

  private stateRow(generation: number, written: number): Write {
    const value = Buffer.alloc(STATE_BYTES);
    value.writeUInt32BE(generation, 0);
    value.writeUInt32BE(written, 4);
    return this.row(STATE_KEY, value);
  }

  private try<T>(doing: string, what: () => T): T {
    try {
      return what();
    } catch (thrown) {
      throw storeFailure(this.folder, doing, thrown);
    }
  }
}

function generationKey(generation: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(generation);
  return key;
}

const rowKey = (generation: number, key: string): Buffer =>
  Buffer.concat([generationKey(generation), Buffer.from(key)]);

/** Little-endian, whatever the machine. */
function toBytes(vector: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * vector.length));
  vector.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return new Uint8Array(bytes.buffer);
}

/** Undefined also for what is no vector: it is encoded again. */
function toVector(bytes: Uint8Array | undefined): Float32Array | undefined {
  if (bytes === undefined || bytes.length % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
