/** An item and its score. */
export interface Scored {
  /** A row or a label. */
  readonly item: number;
  readonly score: number;
}

/** Keeps the k best of what it is offered: a heap whose root is the worst of them. */
export class TopK {
  readonly #scores: Float64Array;
  readonly #items: Uint32Array;
  #size = 0;

  /** @param k at least 1 */
  constructor(readonly k: number) {
    this.#scores = new Float64Array(k);
    this.#items = new Uint32Array(k);
  }

  /** A score must be above this to be kept. */
  get bar(): number {
    return this.#size < this.k ? -Infinity : this.#scores[0]!;
  }

  /** Takes an item whose score is above the bar. */
  add(item: number, score: number): void {
    if (this.#size < this.k) this.#siftUp(this.#size++, item, score);
    else this.#siftDown(item, score);
  }

  /** What was kept, best first; of equal scores the lower item first. */
  sorted(): Scored[] {
    const kept = Array.from({ length: this.#size }, (_, i) => ({ item: this.#items[i]!, score: this.#scores[i]! }));
    return kept.sort(byScore);
  }

  #siftUp(from: number, item: number, score: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#scores[parent]! <= score) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, item, score);
  }

  #siftDown(item: number, score: number): void {
    let at = 0;
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && this.#scores[child + 1]! < this.#scores[child]!) child++;
      if (this.#scores[child]! >= score) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, item, score);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#items[from]!, this.#scores[from]!);
  }

  #put(at: number, item: number, score: number): void {
    this.#items[at] = item;
    this.#scores[at] = score;
  }
}

/** Best first; of equal scores the lower item first. */
export const byScore = (a: Scored, b: Scored): number => b.score - a.score || a.item - b.item;
