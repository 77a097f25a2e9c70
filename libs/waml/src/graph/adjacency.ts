import type { Csr } from './csr-builder.js';

const SMALLEST_ROW = 4;
/** Compaction waits for this many wasted places, so that small graphs do not compact all the time. */
const TOLERATED_WASTE = 4096;

/**
 * A symmetric relation that is built as compressed sparse rows and then changed in place. Every row owns a stretch of
 * one pool; a full row moves to the pool's end with twice the room, and once less than a third of the pool is in use
 * the rows are packed anew. A change so costs O(degree) for the shift within its sorted row and amortised O(1) for
 * memory; it never costs a rebuild. Rows are always ascending and without repetition, as {@link Csr} is.
 */
export class Adjacency {
  #starts: Uint32Array;
  #lengths: Uint32Array;
  #capacities: Uint32Array;
  #pool: Uint32Array;
  #counts: Uint32Array | undefined;
  #rows: number;
  #used: number;
  #live: number;

  constructor({ offsets, neighbours, counts }: Csr) {
    this.#rows = offsets.length - 1;
    this.#starts = offsets.slice(0, this.#rows);
    this.#lengths = new Uint32Array(this.#rows);
    for (let v = 0; v < this.#rows; v++) this.#lengths[v] = offsets[v + 1]! - offsets[v]!;
    this.#capacities = this.#lengths.slice();
    this.#pool = neighbours;
    this.#counts = counts;
    this.#used = this.#live = neighbours.length;
  }

  /** Undirected edges. */
  get edges(): number {
    return this.#live / 2;
  }

  /** Places of the pool that are taken, by edges or by room for them: what compaction bounds. */
  get pooled(): number {
    return this.#used;
  }

  get counted(): boolean {
    return this.#counts !== undefined;
  }

  degree(node: number): number {
    return this.#lengths[node] ?? 0;
  }

  /** Ascending; a view that the next change makes invalid. */
  neighbours(node: number): Uint32Array {
    const start = this.#starts[node] ?? 0;
    return this.#pool.subarray(start, start + this.degree(node));
  }

  /** Parallel to {@link neighbours}, undefined for a relation without counts; a view as well. */
  counts(node: number): Uint32Array | undefined {
    const start = this.#starts[node] ?? 0;
    return this.#counts?.subarray(start, start + this.degree(node));
  }

  /** The edge's count (1 in a relation without counts), 0 where there is no edge. */
  count(a: number, b: number): number {
    const at = this.#locate(a, b);
    if (at < 0) return 0;
    return this.#counts ? this.#counts[at]! : 1;
  }

  /** Adds the edge or gives it a new count; returns whether it is new. Loops are ignored. */
  set(a: number, b: number, count = 1): boolean {
    if (a === b) return false;
    this.#growRows(Math.max(a, b) + 1);
    const added = this.#put(a, b, count);
    this.#put(b, a, count);
    return added;
  }

  /** Returns whether the edge was there. */
  delete(a: number, b: number): boolean {
    if (!this.#drop(a, b)) return false;
    this.#drop(b, a);
    this.#compactIfWasteful();
    return true;
  }

  /** Removes all edges of a node. */
  clear(node: number): void {
    for (const neighbour of this.neighbours(node)) this.#drop(neighbour, node);
    this.#live -= this.degree(node);
    if (node < this.#rows) this.#lengths[node] = 0;
    this.#compactIfWasteful();
  }

  /** Where `b` is in row `a`: its place in the pool, or −1 − the place where it belongs. */
  #locate(a: number, b: number): number {
    const start = this.#starts[a] ?? 0;
    let low = start;
    let high = start + this.degree(a);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pool[middle]! < b) low = middle + 1;
      else high = middle;
    }
    return low < start + this.degree(a) && this.#pool[low] === b ? low : -1 - low;
  }

  #put(row: number, neighbour: number, count: number): boolean {
    const found = this.#locate(row, neighbour);
    if (found >= 0) {
      if (this.#counts) this.#counts[found] = count;
      return false;
    }
    const position = -1 - found - this.#starts[row]!;
    const length = this.#lengths[row]!;
    if (length === this.#capacities[row]) this.#moveRow(row, Math.max(SMALLEST_ROW, 2 * length));
    const start = this.#starts[row]!;
    const at = start + position;
    this.#pool.copyWithin(at + 1, at, start + length);
    this.#pool[at] = neighbour;
    this.#counts?.copyWithin(at + 1, at, start + length);
    if (this.#counts) this.#counts[at] = count;
    this.#lengths[row] = length + 1;
    this.#live++;
    return true;
  }

  #drop(row: number, neighbour: number): boolean {
    const at = this.#locate(row, neighbour);
    if (at < 0) return false;
    const end = this.#starts[row]! + this.#lengths[row]!;
    this.#pool.copyWithin(at, at + 1, end);
    this.#counts?.copyWithin(at, at + 1, end);
    this.#lengths[row]!--;
    this.#live--;
    return true;
  }

  #growRows(rows: number): void {
    if (rows <= this.#rows) return;
    if (rows > this.#starts.length) {
      const capacity = Math.max(rows, Math.ceil(this.#starts.length * 1.5));
      this.#starts = grown(this.#starts, capacity);
      this.#lengths = grown(this.#lengths, capacity);
      this.#capacities = grown(this.#capacities, capacity);
    }
    this.#rows = rows;
  }

  #moveRow(row: number, capacity: number): void {
    this.#compactIfWasteful();
    // Compaction leaves room in every row: there may be nothing left to do.
    const length = this.#lengths[row]!;
    if (length < this.#capacities[row]!) return;
    const start = this.#used;
    if (start + capacity > this.#pool.length) {
      const size = Math.ceil((start + capacity) * 1.5);
      this.#pool = grown(this.#pool, size);
      this.#counts &&= grown(this.#counts, size);
    }
    const from = this.#starts[row]!;
    this.#pool.copyWithin(start, from, from + length);
    this.#counts?.copyWithin(start, from, from + length);
    this.#starts[row] = start;
    this.#capacities[row] = capacity;
    this.#used = start + capacity;
  }

  #compactIfWasteful(): void {
    if (this.#used <= 3 * this.#live + TOLERATED_WASTE) return;
    // A quarter of room per row: with none, the next edge in every row would make it move again.
    const capacities = this.#lengths.map((length) => length + (length >>> 2));
    const used = capacities.reduce((sum, capacity) => sum + capacity, 0);
    const pool = new Uint32Array(used);
    const counts = this.#counts && new Uint32Array(used);
    for (let v = 0, start = 0; v < this.#rows; start += capacities[v++]!) {
      pool.set(this.neighbours(v), start);
      counts?.set(this.counts(v)!, start);
      this.#starts[v] = start;
    }
    this.#capacities = capacities;
    this.#pool = pool;
    this.#counts = counts;
    this.#used = used;
  }
}

function grown(array: Uint32Array, length: number): Uint32Array {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}
