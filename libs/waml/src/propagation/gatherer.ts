import type { Bank } from './bank.js';
import type { Control } from './control.js';
import type { Segment } from './plan.js';
import { STAGED_EDGES, STAGED_ROWS, STAGING, type StripLayout } from './strip-layout.js';

/** A stretch of places, of one strip, read from one side of the matrix and written to the other. */
export interface Stretch {
  readonly strip: number;
  readonly side: number;
  readonly from: number;
  readonly to: number;
}

/** Adds up neighbours, strip by strip: copies stretches of the graph next to the strip and lets the kernel run. */
export class Gatherer {
  constructor(
    private readonly layout: StripLayout,
    private readonly banks: readonly Bank[],
    private readonly control: Control,
  ) {}

  /** Neighbour sums over one segment; `add` where earlier segments have left a part of them. */
  gather(segment: Segment, add: boolean, { strip, side, from, to }: Stretch): void {
    for (let row = from; row < to && !this.control.stopped;) {
      const start = segment.offsets[row]!;
      const end = lastWithin(segment.offsets, row, Math.min(to, row + STAGED_ROWS), start + STAGED_EDGES);
      if (end > row) {
        this.#run(segment, add, { strip, side, from: row, to: end }, start, segment.offsets[end]!);
        row = end;
        continue;
      }
      // More neighbours than can be staged: the row in parts.
      const stop = segment.offsets[row + 1]!;
      for (let edge = start; edge < stop; edge += STAGED_EDGES) {
        const part = { strip, side, from: row, to: row + 1 };
        this.#run(segment, add || edge > start, part, edge, Math.min(edge + STAGED_EDGES, stop));
      }
      row++;
    }
  }

  #run(segment: Segment, add: boolean, { strip, side, from, to }: Stretch, firstEdge: number, lastEdge: number): void {
    const { offsets, neighbours, weights } = segment;
    const bank = this.banks[this.layout.memoryOf(strip)]!;
    bank.offsets.set(offsets.subarray(from, to + 1));
    bank.offsets[0] = firstEdge;
    bank.offsets[to - from] = lastEdge;
    bank.neighbours.set(neighbours.subarray(firstEdge, lastEdge));
    if (weights) bank.weights.set(weights.subarray(firstEdge, lastEdge));
    bank.kernel.gather(
      this.layout.address(strip, side, 0),
      this.layout.address(strip, 1 - side, from),
      bank.staging + STAGING.offsets,
      // Offsets count from the segment's first edge, so position 0 lies before what is staged: modulo 2^32.
      (bank.staging + STAGING.neighbours - 4 * firstEdge) | 0,
      (bank.staging + STAGING.weights - 4 * firstEdge) | 0,
      to - from,
      weights !== undefined,
      add,
    );
  }
}

/** The greatest row of (from … to] whose offset is within `limit`; `from` where there is none. */
function lastWithin(offsets: Uint32Array, from: number, to: number, limit: number): number {
  if (offsets[to]! <= limit) return to;
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! <= limit) low = middle;
    else high = middle;
  }
  return low;
}
