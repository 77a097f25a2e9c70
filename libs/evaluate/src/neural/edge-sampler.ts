import { SeededStream } from '@thaw/waml';
import type { SparseRows } from '../data/sparse-rows.js';
import { hasColumn, sortedRows } from './interactions.js';
import type { Triples } from './kernel/embedding-kernel.js';
import type { Pairs } from './logistic-pairs.js';

/** `user`: every user is drawn alike, then one of its items (LightGCN's own way). `edge`: every edge is drawn alike. */
export type Sampling = 'user' | 'edge';

/** Draws until a negative is none of the user's own; a user that has nearly all items may be given one of them. */
const TRIES = 20;

/** Random users with an item that they have and items that they have not, as nodes: items first, then users. */
export class EdgeSampler {
  readonly #items: SparseRows;
  readonly #userOf: Uint32Array;
  readonly #active: Uint32Array;
  readonly #stream: SeededStream;

  constructor(
    items: SparseRows,
    private readonly sampling: Sampling,
    seed: number,
  ) {
    this.#items = sortedRows(items);
    this.#userOf = new Uint32Array(items.indices.length);
    for (let u = 0; u < items.rows; u++) this.#userOf.fill(u, items.offsets[u], items.offsets[u + 1]);
    this.#active = Uint32Array.from({ length: items.rows }, (_, u) => u).filter(
      (u) => items.offsets[u + 1]! > items.offsets[u]!,
    );
    this.#stream = new SeededStream(seed, 0x7219);
  }

  /** Fills the triples' lists. */
  draw({ count, users, positives, negatives }: Triples): void {
    for (let t = 0; t < count; t++) {
      const edge = this.#drawEdge();
      const user = this.#userOf[edge]!;
      users.values[t] = this.#items.columns + user;
      positives.values[t] = this.#items.indices[edge]!;
      negatives.values[t] = this.#drawNegative(user);
    }
  }

  /** Fills the pairs' lists: an edge, then so many pairs of its user with items that it has not, and so on. */
  drawPairs({ users, items, labels }: Pairs, negatives: number): void {
    for (let i = 0; i < labels.length;) {
      const edge = this.#drawEdge();
      const user = this.#userOf[edge]!;
      for (let n = 0; n <= negatives && i < labels.length; n++, i++) {
        users[i] = this.#items.columns + user;
        items[i] = n === 0 ? this.#items.indices[edge]! : this.#drawNegative(user);
        labels[i] = n === 0 ? 1 : 0;
      }
    }
  }

  #drawEdge(): number {
    const { offsets, indices } = this.#items;
    if (this.sampling === 'edge') return this.#stream.below(indices.length);
    const user = this.#active[this.#stream.below(this.#active.length)]!;
    return offsets[user]! + this.#stream.below(offsets[user + 1]! - offsets[user]!);
  }

  #drawNegative(user: number): number {
    let item = this.#stream.below(this.#items.columns);
    for (let i = 1; i < TRIES && hasColumn(this.#items, user, item); i++)
      item = this.#stream.below(this.#items.columns);
    return item;
  }
}
