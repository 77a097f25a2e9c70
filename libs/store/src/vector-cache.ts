import type { VectorCache } from '@thaw/text';
import { setImmediate } from 'node:timers/promises';
import type { Database, Write } from './database.js';
import { storeFailure } from './failures.js';
import { openFolder } from './folder.js';
import { OWN_FAMILY, vectorCacheOptions } from './settings.js';

/** Rows between two turns of the event loop; a read or write of so many takes some milliseconds. */
const SLICE = 512;

/**
 * Encoded texts in a RocksDB folder of their own, so that a text is encoded once, whatever restarts. The folder may be
 * deleted at any time: what is missing is encoded again. It grows by 4 bytes a column and distinct text.
 */
export class RocksVectorCache implements VectorCache {
  private constructor(
    private readonly folder: string,
    private readonly database: Database,
  ) {}

  /**
   * @param folder made where absent; nothing else may be in it
   * @throws ThawError STORE_LOCKED when another process holds the folder; STORE_CORRUPT, STORE_UNAVAILABLE or
   * STORE_VERSION as every store
   */
  static async open(folder: string): Promise<RocksVectorCache> {
    return new RocksVectorCache(folder, await openFolder(folder, 'open', vectorCacheOptions));
  }

  /** @throws ThawError STORE_CORRUPT or STORE_UNAVAILABLE */
  async get(keys: readonly string[]): Promise<readonly (Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = [];
    for (const key of keys) {
      if (vectors.length > 0 && vectors.length % SLICE === 0) await setImmediate();
      vectors.push(this.try('read', () => toVector(this.database.get(OWN_FAMILY, Buffer.from(key)))));
    }
    return vectors;
  }

  /** @throws ThawError STORE_UNAVAILABLE; what comes before a failed slice is kept */
  async set(entries: readonly (readonly [key: string, vector: Float32Array])[]): Promise<void> {
    for (let from = 0; from < entries.length; from += SLICE) {
      if (from > 0) await setImmediate();
      const writes = entries.slice(from, from + SLICE).map(([key, vector]): Write => ({
        table: OWN_FAMILY,
        key: Buffer.from(key),
        value: toBytes(vector),
      }));
      this.try('write to', () => this.database.write(writes));
    }
  }

  async close(): Promise<void> {
    await this.database.close().catch((thrown: unknown) => {
      throw storeFailure(this.folder, 'close', thrown);
    });
  }

  private try<T>(doing: string, what: () => T): T {
    try {
      return what();
    } catch (thrown) {
      throw storeFailure(this.folder, doing, thrown);
    }
  }
}

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
