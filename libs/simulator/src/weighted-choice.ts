import type { Random } from './random.js';

/** Draws items in proportion to their weights: cumulative sums and a binary search, no allocation per draw. */
export class WeightedChoice {
  private readonly cumulative: Float64Array;

  /**
   * @param items what is drawn, `[n]`
   * @param weights one weight ≥ 0 per item, `[n]`
   */
  constructor(
    private readonly items: Uint32Array,
    weights: Float64Array,
  ) {
    this.cumulative = new Float64Array(items.length);
    let sum = 0;
    for (let i = 0; i < items.length; i++) this.cumulative[i] = sum += weights[i]!;
  }

  get size(): number {
    return this.items.length;
  }

  /** One item. There must be at least one. */
  draw(random: Random): number {
    const cumulative = this.cumulative;
    const target = random.float() * cumulative[cumulative.length - 1]!;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return this.items[low]!;
  }
}
