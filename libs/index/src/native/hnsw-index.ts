import { ThawError } from '@thaw/contracts';
import type { HierarchicalNSW } from 'hnswlib-node';
import { loadAddon } from './addon.js';
import type { ExpectedFile } from './hnsw-file.js';

/** What a search found, best first. */
export interface Nearest {
  readonly labels: readonly number[];
  /** Inner products. */
  readonly scores: readonly number[];
}

export interface HnswShape {
  readonly dimensions: number;
  /** Elements that it will hold. */
  readonly count: number;
  readonly m: number;
  readonly efConstruction: number;
}

/** The seed of hnswlib's layers, so that the same vectors make the same index. */
const SEED = 100;

/** One native HNSW graph over inner products. `close` frees its memory. */
export class HnswIndex {
  #native: HierarchicalNSW | undefined;
  /** The native code takes arrays of numbers only. */
  readonly #point: number[];

  private constructor(native: HierarchicalNSW, dimensions: number) {
    this.#native = native;
    this.#point = Array.from({ length: dimensions }, () => 0.5);
  }

  /** An empty one, to be filled by `add`. Throws ThawError INDEX_NATIVE_UNAVAILABLE or INDEX_MEMORY. */
  static create({ dimensions, count, m, efConstruction }: HnswShape): HnswIndex {
    const { HierarchicalNSW } = loadAddon();
    const native = new HierarchicalNSW('ip', dimensions);
    try {
      native.initIndex(count, m, efConstruction, SEED);
    } catch (error) {
      throw new ThawError('INDEX_MEMORY', `there is no memory for ${count} rows of ${dimensions} dimensions`, {
        cause: error,
      });
    }
    return new HnswIndex(native, dimensions);
  }

  /**
   * Loads a file beside the event loop; one that `checkIndexFile` has not passed may crash the process.
   *
   * @throws ThawError INDEX_INVALID, INDEX_NATIVE_UNAVAILABLE
   */
  static async load(path: string, expected: ExpectedFile, efSearch: number, signal?: AbortSignal): Promise<HnswIndex> {
    const { HierarchicalNSW } = loadAddon();
    const native = new HierarchicalNSW('ip', expected.dimensions);
    await native.readIndex(path).catch((error: unknown) => {
      throw new ThawError('INDEX_INVALID', `${path} cannot be loaded`, { cause: error });
    });
    const index = new HnswIndex(native, expected.dimensions);
    if (signal?.aborted) index.close();
    signal?.throwIfAborted();
    index.setEfSearch(efSearch);
    return index;
  }

  setEfSearch(efSearch: number): void {
    this.#open().setEf(efSearch);
  }

  add(vector: Float32Array, label: number): void {
    this.#open().addPoint(this.#take(vector), label);
  }

  /** At most k elements, fewer only where the graph has no way to more. Throws ThawError INDEX_CLOSED. */
  search(query: Float32Array, k: number): Nearest {
    const { neighbors, distances } = this.#open().searchKnn(this.#take(query), k);
    for (let i = 0; i < distances.length; i++) distances[i] = 1 - distances[i]!;
    return { labels: neighbors, scores: distances };
  }

  /** Writes the index file. The disk may have refused: check it with `checkIndexFile`. */
  write(path: string): void {
    this.#open().writeIndexSync(path);
  }

  /**
   * Frees the native memory at once: to empty the object is all that the binding offers. The 2.6 MB that an empty one has
   * (hnswlib's locks) go with the garbage collector's next round, which knows nothing of the rest and would not hurry.
   */
  close(): void {
    this.#native?.initIndex(1);
    this.#native = undefined;
  }

  #open(): HierarchicalNSW {
    if (!this.#native) throw new ThawError('INDEX_CLOSED', 'an index was used after its close: hold a lease');
    return this.#native;
  }

  #take(vector: Float32Array): number[] {
    const point = this.#point;
    for (let i = 0; i < point.length; i++) point[i] = vector[i]!;
    return point;
  }
}
