import type { Bank } from './bank.js';
import type { PropagationInput } from './input.js';
import { writeInputRow } from './input.js';
import { CANCELLED } from './layers.js';
import type { PropagationPlan } from './plan.js';
import { BLOCK_ROWS, STAGING, STRIP_COLUMNS, type StripLayout } from './strip-layout.js';

/** What is done to whole rows, a block of at most BLOCK_ROWS places at a time. */
export class BlockMixer {
  readonly #norms = new Float64Array(BLOCK_ROWS);
  readonly #own = new Float32Array(BLOCK_ROWS);
  readonly #heard = new Float32Array(BLOCK_ROWS);
  /** One row, surplus columns included, and the part of it that belongs to each bank. */
  readonly #row: Float32Array;
  readonly #parts: readonly Float32Array[];

  constructor(
    private readonly plan: PropagationPlan,
    private readonly layout: StripLayout,
    private readonly banks: readonly Bank[],
    private readonly normalise: boolean,
  ) {
    const row = new Float32Array(layout.strips * STRIP_COLUMNS);
    this.#row = row;
    this.#parts = banks.map(({ strips }) => row.subarray(strips.from * STRIP_COLUMNS, strips.to * STRIP_COLUMNS));
  }

  /** Side 0 ← h⁰, each row divided by its length (if rows are normalised); a zero row stays zero. */
  carryIn(input: PropagationInput, from: number, count: number): void {
    for (let r = 0; r < count; r++) {
      writeInputRow(input, this.plan.order[from + r]!, this.#row, this.layout.columns);
      this.banks.forEach(({ block, columns }, i) => block.set(this.#parts[i]!, r * columns));
    }
    for (const { kernel, staging, strips, columns } of this.banks)
      for (let strip = strips.from, at = staging + STAGING.block; strip < strips.to; strip++, at += 4 * STRIP_COLUMNS)
        kernel.scatter(at, 4 * columns, this.layout.address(strip, 0, from), count);
    if (!this.normalise) return;
    this.#sumSquares(0, from, count);
    for (let r = 0; r < count; r++) this.#own[r] = this.#norms[r]! > 0 ? 1 / Math.sqrt(this.#norms[r]!) : 0;
    this.#scale(0, from, count);
  }

  /** `result`, `[rows, columns]` row-major, ← a side. */
  carryOut(result: Float32Array, side: number, from: number, count: number): void {
    for (const { kernel, staging, strips, columns, block } of this.banks) {
      for (let strip = strips.from, at = staging + STAGING.block; strip < strips.to; strip++, at += 4 * STRIP_COLUMNS)
        kernel.collect(this.layout.address(strip, side, from), at, 4 * columns, count);
      const first = strips.from * STRIP_COLUMNS;
      const width = Math.min(columns, this.layout.columns - first);
      for (let r = 0; r < count; r++) {
        const row = block.subarray(r * columns, r * columns + width);
        result.set(row, this.plan.order[from + r]! * this.layout.columns + first);
      }
    }
  }

  /**
   * `h' = α h + (1 − α) h_N / ‖h_N‖`, where `side` holds h and the other one h_N, and then h'; divided by its length for
   * the next layer, unless this is the last. `h' = α h + (1 − α) h_N` where rows are not normalised.
   */
  mix(side: number, alpha: number, last: boolean, from: number, count: number): void {
    if (!this.normalise) {
      this.#own.fill(alpha);
      this.#heard.fill(1 - alpha);
      this.#mix(side, from, count);
      return;
    }
    this.#sumSquares(1 - side, from, count);
    for (let r = 0; r < count; r++) {
      const length = Math.sqrt(this.#norms[r]!);
      const heard = length > CANCELLED * this.plan.weightSums[from + r]!;
      this.#own[r] = heard ? alpha : 1;
      this.#heard[r] = heard ? (1 - alpha) / length : 0;
    }
    this.#mix(side, from, count);
    let scaled = !last;
    for (let r = 0; r < count; r++) {
      const length = Math.sqrt(this.#norms[r]!);
      const cancelled = length <= CANCELLED;
      this.#own[r] = cancelled ? 0 : last ? 1 : 1 / length;
      scaled ||= cancelled;
    }
    if (scaled) this.#scale(1 - side, from, count);
  }

  /** Norms ← squared lengths. The strips are added up in their order, whoever does it: the result is always the same. */
  #sumSquares(side: number, from: number, count: number): void {
    this.#norms.fill(0);
    for (const { kernel, staging, strips, norms } of this.banks) {
      norms.set(this.#norms);
      for (let strip = strips.from; strip < strips.to; strip++)
        kernel.addSquares(this.layout.address(strip, side, from), staging + STAGING.norms, count);
      this.#norms.set(norms.subarray(0, count));
    }
  }

  /** The other side ← own · side + heard · other side; norms ← its squared lengths. */
  #mix(side: number, from: number, count: number): void {
    this.#norms.fill(0);
    for (const { kernel, staging, strips, own, heard, norms } of this.banks) {
      own.set(this.#own);
      heard.set(this.#heard);
      norms.set(this.#norms);
      for (let strip = strips.from; strip < strips.to; strip++)
        kernel.mix(
          this.layout.address(strip, side, from),
          this.layout.address(strip, 1 - side, from),
          staging + STAGING.own,
          staging + STAGING.heard,
          staging + STAGING.norms,
          count,
        );
      this.#norms.set(norms.subarray(0, count));
    }
  }

  #scale(side: number, from: number, count: number): void {
    for (const { kernel, staging, strips, own } of this.banks) {
      own.set(this.#own);
      for (let strip = strips.from; strip < strips.to; strip++)
        kernel.scale(this.layout.address(strip, side, from), staging + STAGING.own, count);
    }
  }
}
