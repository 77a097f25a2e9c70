import { setImmediate as nextTurn } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import { EXACT_LIMIT } from '../build/settings.js';
import { type ExactResult, exactSearch, recallOf } from '../exact/exact-search.js';
import type { Servable } from '../holder/servable.js';
import type { HnswIndex } from '../native/hnsw-index.js';
import { type Accept, type Hit, type IndexedVectors, NEWER, type VectorChange } from '../types.js';
import { checkVector } from '../vectors.js';
import { HnswBase } from './base.js';
import { Overlay } from './overlay.js';

/** At this share of rows in the base that are hidden, searches do too much in vain: build anew. */
const REBUILD_SHARE = 0.2;
/** Beyond this length the overlay takes longer to search than a large base. */
const LONG_OVERLAY = 2 * EXACT_LIMIT;
const NONE = -1;

/** The row of each id. */
export type RowOf = Pick<ReadonlyMap<string, number>, 'get' | 'has'>;

/** What a serving index starts from. */
export interface ServingParts extends IndexedVectors {
  readonly version: string;
  /** Row of `vectors` by id. */
  readonly rowOf: RowOf;
  /** `[n]`: ids by row. */
  readonly ids: readonly string[];
  /** Over `rows`; null for exact search. The serving index owns it from now on. */
  readonly hnsw: HnswIndex | null;
}

/**
 * The index of one version while it serves: an immutable base, and an overlay of what has changed since. Newer vectors
 * hide the base's; what is removed is hidden until the next version. Every method but those about recall is
 * synchronous, so that no search sees half a change.
 */
export class ServingIndex implements Servable {
  readonly version: string;
  readonly dimensions: number;
  readonly #parts: ServingParts;
  readonly #base: HnswBase | null;
  readonly #overlay: Overlay;
  readonly #labelOfRow: Int32Array;
  readonly #hidden: Uint8Array;
  #hiddenCount = 0;
  /** Ids whose vector of the version is no longer valid, though no newer one has come. */
  readonly #removed = new Set<string>();
  #closed = false;

  /** See `openIndex`. Throws ThawError INDEX_MEMORY. */
  constructor(parts: ServingParts) {
    const { version, dimensions, vectors, rows, ids, hnsw } = parts;
    this.#parts = parts;
    this.version = version;
    this.dimensions = dimensions;
    this.#overlay = new Overlay(dimensions);
    this.#base = hnsw && new HnswBase(hnsw, parts);
    this.#hidden = new Uint8Array(hnsw ? rows.length : 0);
    this.#labelOfRow = new Int32Array(hnsw ? ids.length : 0).fill(NONE);
    if (hnsw) rows.forEach((row, label) => (this.#labelOfRow[row] = label));
    else
      for (const row of rows) this.#overlay.set(ids[row]!, vectors.subarray(row * dimensions, (row + 1) * dimensions));
  }

  /** Ids that a search can find. */
  get size(): number {
    return this.#hidden.length - this.#hiddenCount + this.#overlay.size;
  }

  /** Ids that are searched exactly: those that changed since the version was made; all of them in an exact index. */
  get overlaySize(): number {
    return this.#overlay.size;
  }

  /** Share of the HNSW graph's rows that are removed or outdated; 0 in an exact index. */
  get tombstoneShare(): number {
    return this.#hidden.length === 0 ? 0 : this.#hiddenCount / this.#hidden.length;
  }

  /** Whether the next version should come because this one has become slow to search. */
  needsRebuild(): boolean {
    return this.tombstoneShare >= REBUILD_SHARE || this.#overlay.size > LONG_OVERLAY;
  }

  /**
   * The k best, best first: all that are accepted where they are fewer than k. Approximate over the base, exact over the
   * overlay.
   *
   * @param query `[D]`
   * @param k a positive integer
   * @param accept asked about ids that may be among the results, in no order
   * @throws ThawError INDEX_INPUT_INVALID, INDEX_CLOSED
   */
  search(query: Float32Array, k: number, accept?: Accept): Hit[] {
    this.#checkOpen();
    checkVector(query, this.dimensions, 'a query');
    if (!Number.isInteger(k) || k < 1) {
      throw new ThawError('INDEX_INPUT_INVALID', `k is ${k}: it must be a positive integer`);
    }
    const most = Math.min(k, this.size);
    if (most === 0) return [];
    const changed = this.#overlay.search(query, most, accept);
    const base = this.#searchBase(query, most, accept);
    return base.length === 0 ? changed : merge(base, changed, most);
  }

  /** Whether a search can find the id. */
  has(id: string): boolean {
    if (this.#overlay.has(id)) return true;
    const row = this.#parts.rowOf.get(id);
    const label = row === undefined ? NONE : (this.#labelOfRow[row] ?? NONE);
    return label !== NONE && this.#hidden[label] === 0;
  }

  /** Every id that a search can find, with its row as in `Hit`. */
  *searchable(): Generator<readonly [id: string, row: number]> {
    const { ids, rows } = this.#parts;
    for (let label = 0; label < this.#hidden.length; label++) {
      const row = rows[label]!;
      if (this.#hidden[label] === 0) yield [ids[row]!, row];
    }
    // A copy: they change places as some are removed.
    for (const id of [...this.#overlay.ids]) yield [id, NEWER];
  }

  /** The newest vector of an id, `[D]`, candidate or not; undefined where it is unknown or removed. */
  vectorOf(id: string): Float32Array | undefined {
    const changed = this.#overlay.get(id);
    if (changed) return changed;
    const row = this.#parts.rowOf.get(id);
    if (row === undefined || this.#removed.has(id)) return undefined;
    return this.#parts.vectors.slice(row * this.dimensions, (row + 1) * this.dimensions);
  }

  apply({ id, vector }: VectorChange): void {
    if (vector) this.upsert(id, vector);
    else this.remove(id);
  }

  /** Takes a newer vector `[D]`, which is copied. Throws ThawError INDEX_INPUT_INVALID, INDEX_MEMORY, INDEX_CLOSED. */
  upsert(id: string, vector: Float32Array): void {
    this.#checkOpen();
    checkVector(vector, this.dimensions, `the vector of ${id}`);
    this.#overlay.set(id, vector);
    this.#hide(id);
    this.#removed.delete(id);
  }

  /** Lets go of an id; an unknown one is none the worse for it. Throws ThawError INDEX_CLOSED. */
  remove(id: string): void {
    this.#checkOpen();
    this.#overlay.delete(id);
    this.#hide(id);
    if (this.#parts.rowOf.has(id)) this.#removed.add(id);
  }

  /** Mean recall of the HNSW graph against exact search over the same rows; 1 for an exact index. */
  async recallAgainst({ queries, best }: ExactResult, signal?: AbortSignal): Promise<number> {
    const base = this.#base;
    if (!base || best.length === 0) return 1;
    let sum = 0;
    for (const [query, exact] of best.entries()) {
      if (query > 0) await nextTurn();
      signal?.throwIfAborted();
      this.#checkOpen();
      const at = query * this.dimensions;
      sum += recallOf(base.hnsw.search(queries.subarray(at, at + this.dimensions), exact.length).scores, exact);
    }
    return sum / best.length;
  }

  /**
   * The same for queries `[q, D]` and their k best, which takes about a millisecond per query and 10,000 rows, in slices
   * between which the event loop turns.
   */
  async recallAgainstExact(queries: Float32Array, k: number, signal?: AbortSignal): Promise<number> {
    if (!this.#base || queries.length === 0) return 1;
    return this.recallAgainst({ queries, best: await exactSearch(this.#parts, queries, k, { signal }) }, signal);
  }

  /** Frees the native memory. Searching afterwards throws ThawError INDEX_CLOSED. */
  close(): void {
    this.#closed = true;
    this.#base?.hnsw.close();
  }

  #searchBase(query: Float32Array, k: number, accept?: Accept): Hit[] {
    if (!this.#base || this.#hiddenCount === this.#hidden.length) return [];
    const { ids, rows } = this.#parts;
    const hidden = this.#hidden;
    const acceptLabel = (label: number): boolean => {
      if (hidden[label] !== 0) return false;
      const row = rows[label]!;
      return !accept || accept(ids[row]!, row);
    };
    return this.#base.search(query, k, this.tombstoneShare, acceptLabel).map(({ item, score }) => {
      const row = rows[item]!;
      return { id: ids[row]!, row, score };
    });
  }

  #hide(id: string): void {
    const row = this.#parts.rowOf.get(id);
    const label = row === undefined ? undefined : this.#labelOfRow[row];
    if (label === undefined || label === NONE || this.#hidden[label] === 1) return;
    this.#hidden[label] = 1;
    this.#hiddenCount++;
  }

  #checkOpen(): void {
    if (this.#closed) {
      throw new ThawError(
        'INDEX_CLOSED',
        `the index of version ${this.version} was used after its close: hold a lease`,
      );
    }
  }
}

/** The k best of two lists that are ordered already. */
function merge(first: readonly Hit[], second: readonly Hit[], k: number): Hit[] {
  const merged: Hit[] = [];
  for (let i = 0, j = 0; merged.length < k && (i < first.length || j < second.length);) {
    const takeFirst = j >= second.length || (i < first.length && first[i]!.score >= second[j]!.score);
    merged.push(takeFirst ? first[i++]! : second[j++]!);
  }
  return merged;
}
