import { innerProduct } from '../exact/exact-search.js';
import { type Scored, TopK } from '../exact/top-k.js';
import type { HnswIndex } from '../native/hnsw-index.js';
import type { IndexedVectors } from '../types.js';

/** More than k is asked for from the start, for those that a query usually does not accept. */
const SLACK = 16;
const WIDEN = 1.25;
/** An HNSW search for more than this share of all rows costs more than to look at all of them. */
const SCAN_SHARE = 1 / 16;

/** The immutable part of a serving index: an HNSW graph and the vectors that it was made of. */
export class HnswBase {
  constructor(
    readonly hnsw: HnswIndex,
    readonly source: IndexedVectors,
  ) {}

  /**
   * The k best labels that `accept` takes, best first; all of them where they are fewer than k.
   *
   * @param rejectedShare share of the labels that are known to be refused
   */
  search(query: Float32Array, k: number, rejectedShare: number, accept: (label: number) => boolean): Scored[] {
    const count = this.source.rows.length;
    const limit = Math.max(count * SCAN_SHARE, 2 * k);
    let wanted = Math.min(count, Math.ceil(k / Math.max(SCAN_SHARE, 1 - rejectedShare)) + SLACK);
    for (;;) {
      const { labels, scores } = this.hnsw.search(query, wanted);
      const found: Scored[] = [];
      for (let i = 0; i < labels.length && found.length < k; i++) {
        if (accept(labels[i]!)) found.push({ item: labels[i]!, score: scores[i]! });
      }
      if (found.length === k || labels.length === count) return found;
      const passed = Math.max(1, found.length) / Math.max(1, labels.length);
      const next = Math.ceil((k / passed) * WIDEN) + SLACK;
      if (labels.length < wanted || next > limit || next <= wanted) return this.#scan(query, k, accept);
      wanted = next;
    }
  }

  /** Exact search over what is accepted: few rows, or the graph does not lead to them. */
  #scan(query: Float32Array, k: number, accept: (label: number) => boolean): Scored[] {
    const { rows, vectors, dimensions } = this.source;
    const best = new TopK(k);
    for (let label = 0; label < rows.length; label++) {
      if (!accept(label)) continue;
      const score = innerProduct(query, vectors, rows[label]! * dimensions);
      if (score > best.bar) best.add(label, score);
    }
    return best.sorted();
  }
}
