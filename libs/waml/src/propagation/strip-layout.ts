import { ThawError } from '@thaw/contracts';

/** Columns of a strip: 64 bytes a row, one cache line. The kernel is written for it. */
export const STRIP_COLUMNS = 16;
const STRIP_BYTES = 64;
const PAGE_BYTES = 65_536;
/** What one WebAssembly.Memory may hold at most; the kernel's own maximum says the same (assembly/asconfig.json). */
export const MAX_MEMORY_BYTES = 2 ** 31;

/** Rows and edges that a worker copies next to the strips at a time: together they stay in its second-level cache. */
export const STAGED_ROWS = 4096;
export const STAGED_EDGES = 32_768;

/** Rows that are mixed and normalised, or carried in and out, at a time: they stay in the second-level cache. */
export const BLOCK_ROWS = 128;

/** Byte positions within a worker's staging area; a block of whole rows, `[BLOCK_ROWS, columns]`, follows. */
export const STAGING = {
  offsets: 0,
  neighbours: 4 * (STAGED_ROWS + 16),
  weights: 4 * (STAGED_ROWS + 16) + 4 * STAGED_EDGES,
  own: 4 * (STAGED_ROWS + 16) + 8 * STAGED_EDGES,
  heard: 8 * (STAGED_ROWS + 16) + 8 * STAGED_EDGES,
  norms: 12 * (STAGED_ROWS + 16) + 8 * STAGED_EDGES,
  block: 20 * (STAGED_ROWS + 16) + 8 * STAGED_EDGES,
} as const;

/**
 * Where a `[rows, columns]` matrix lies: cut by columns into strips of 16, each of them twice (what a layer reads and
 * what it writes), the strips dealt to as few memories of at most 2 GiB as hold them.
 */
export class StripLayout {
  readonly strips: number;
  readonly memories: number;
  readonly stripsPerMemory: number;
  readonly pagesPerMemory: number;
  readonly #stagingBytes: number;

  /** @throws ThawError PROPAGATION_MEMORY_REFUSED when not even one strip fits a memory: over 16 million rows. */
  constructor(
    readonly rows: number,
    readonly columns: number,
    readonly workers: number,
  ) {
    this.strips = Math.ceil(columns / STRIP_COLUMNS);
    this.#stagingBytes = STAGING.block + BLOCK_ROWS * this.strips * STRIP_BYTES;
    const staging = workers * this.#stagingBytes;
    const fitting = Math.floor((MAX_MEMORY_BYTES - staging) / (2 * rows * STRIP_BYTES));
    if (fitting < 1)
      throw new ThawError(
        'PROPAGATION_MEMORY_REFUSED',
        `Cannot propagate over ${rows} rows: 16 columns of them do not fit a memory of 2 GiB. Reduce the graph (raise the co-interaction threshold).`,
      );
    this.memories = Math.ceil(this.strips / Math.min(fitting, this.strips));
    this.stripsPerMemory = Math.ceil(this.strips / this.memories);
    const bytes = staging + this.stripsPerMemory * 2 * rows * STRIP_BYTES;
    this.pagesPerMemory = Math.ceil(bytes / PAGE_BYTES);
  }

  /** The memory that holds a strip. */
  memoryOf(strip: number): number {
    return Math.floor(strip / this.stripsPerMemory);
  }

  /** The strips of a memory: from … to − 1. */
  stripsOf(memory: number): { readonly from: number; readonly to: number } {
    const from = memory * this.stripsPerMemory;
    return { from, to: Math.min(from + this.stripsPerMemory, this.strips) };
  }

  /** Byte position of a row of a strip within its memory; `side` is 0 or 1. */
  address(strip: number, side: number, row: number): number {
    const local = strip % this.stripsPerMemory;
    return this.workers * this.#stagingBytes + ((2 * local + side) * this.rows + row) * STRIP_BYTES;
  }

  /** Byte position of a worker's staging area, the same in every memory. */
  staging(worker: number): number {
    return worker * this.#stagingBytes;
  }
}
