import { readFileSync } from 'node:fs';
import { ThawError } from '@thaw/contracts';
import { type Scored, TopK } from './top-k.js';
import { Instance, Memory, Module, type WasmModule } from './wasm.js';

interface Kernel {
  dots(rows: number, count: number, stride: number, query: number, out: number): void;
}

/** Rows scored per call of the kernel: their scores lie in a buffer of this length. */
const BLOCK = 1024;
const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;
const FIRST_ROWS = 64;
let module: WasmModule | undefined;

const compiled = (): WasmModule =>
  (module ??= new Module(readFileSync(new URL('../../dist/dot.wasm', import.meta.url))));

/**
 * A growing matrix `[count, D]` in the memory of a WebAssembly kernel that multiplies a query with all of it. Memory:
 * query, scores of a block, rows; each padded to 32 bytes.
 */
export class RowStore {
  readonly #memory = new Memory({ initial: 1, maximum: MAX_PAGES });
  readonly #kernel: Kernel;
  readonly #strideBytes: number;
  readonly #scoresAt: number;
  readonly #rowsAt: number;
  #floats: Float32Array;
  #count = 0;

  /** @throws ThawError INDEX_MEMORY */
  constructor(
    readonly dimensions: number,
    capacity = FIRST_ROWS,
  ) {
    const { exports } = new Instance(compiled(), { env: { memory: this.#memory } });
    this.#kernel = exports as Kernel;
    this.#strideBytes = Math.ceil(dimensions / 8) * 32;
    this.#scoresAt = this.#strideBytes;
    this.#rowsAt = this.#scoresAt + 4 * BLOCK;
    this.#floats = new Float32Array(this.#memory.buffer);
    this.#reserve(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a row, and returns its number. Throws ThawError INDEX_MEMORY. */
  push(vector: Float32Array): number {
    this.#reserve(this.#count + 1);
    this.set(this.#count, vector);
    return this.#count++;
  }

  set(row: number, vector: Float32Array): void {
    this.#floats.set(vector, this.#at(row));
  }

  /** A copy of a row, `[D]`. */
  get(row: number): Float32Array {
    return this.#floats.slice(this.#at(row), this.#at(row) + this.dimensions);
  }

  /** Removes the last row, after copying it over row `row`. */
  replaceByLast(row: number): void {
    const last = this.#at(--this.#count);
    this.#floats.copyWithin(this.#at(row), last, last + this.dimensions);
  }

  /** Removes all rows; the memory stays. */
  clear(): void {
    this.#count = 0;
  }

  /** The k best rows for a query `[D]`, best first. `accept` is asked only about rows that would be among them. */
  search(query: Float32Array, k: number, accept?: (row: number) => boolean): Scored[] {
    const best = new TopK(Math.max(1, Math.min(k, this.#count)));
    this.scan(query, best, 0, accept);
    return best.sorted();
  }

  /** Offers every row to `best`, as item `firstItem` + row. */
  scan(query: Float32Array, best: TopK, firstItem: number, accept?: (item: number) => boolean): void {
    this.#floats.set(query, 0);
    const scores = new Float32Array(this.#memory.buffer, this.#scoresAt, BLOCK);
    let bar = best.bar;
    for (let from = 0; from < this.#count; from += BLOCK) {
      const rows = Math.min(BLOCK, this.#count - from);
      this.#kernel.dots(this.#rowsAt + from * this.#strideBytes, rows, this.#strideBytes, 0, this.#scoresAt);
      for (let i = 0; i < rows; i++) {
        const score = scores[i]!;
        if (score <= bar) continue;
        const item = firstItem + from + i;
        if (accept && !accept(item)) continue;
        best.add(item, score);
        bar = best.bar;
      }
    }
  }

  #at(row: number): number {
    return (this.#rowsAt + row * this.#strideBytes) / 4;
  }

  #reserve(rows: number): void {
    const has = this.#memory.buffer.byteLength;
    const needs = this.#rowsAt + rows * this.#strideBytes;
    if (needs <= has) return;
    const wants = Math.min(MAX_PAGES * PAGE_BYTES, Math.max(needs, this.#count === 0 ? 0 : has * 1.5));
    try {
      this.#memory.grow(Math.ceil((wants - has) / PAGE_BYTES));
    } catch (error) {
      throw new ThawError(
        'INDEX_MEMORY',
        `there is no memory for ${rows} rows of ${this.dimensions} dimensions in exact search: build an HNSW index`,
        { cause: error },
      );
    }
    this.#floats = new Float32Array(this.#memory.buffer);
  }
}
