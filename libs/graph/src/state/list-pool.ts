import { grown } from './growable.js';

const SMALLEST = 4;

/**
 * Many growing lists of u32 in one array: list → its block of `data`. A block's capacity is a power of two; a list that
 * outgrows its block moves to one of twice the size, and the old block is used again. Costs at most twice the content,
 * against ~100 bytes of overhead for a JavaScript array each.
 *
 * Each of its `columns` holds a float64 beside each element, at the same index.
 */
export class ListPool {
  data = new Uint32Array(1024);
  readonly columns: Float64Array<ArrayBuffer>[];
  #starts = new Uint32Array(0);
  #lengths = new Uint32Array(0);
  #capacities = new Uint32Array(0);
  #used = 0;
  readonly #free = new Map<number, number[]>();

  constructor(columns = 0) {
    this.columns = Array.from({ length: columns }, () => new Float64Array(this.data.length));
  }

  /** Above the number of every list that was ever written. */
  get capacity(): number {
    return this.#starts.length;
  }

  /** Elements in the list; 0 for a list that was never written. */
  length(list: number): number {
    return this.#lengths[list] ?? 0;
  }

  /** Where the list begins in `data`. Valid until the next insertion into any list. */
  start(list: number): number {
    return this.#starts[list] ?? 0;
  }

  /** Opens a gap at `position` (0 … length) and puts `value` there; returns its index in `data`. */
  insert(list: number, position: number, value: number): number {
    const length = this.#reserve(list);
    const at = this.#starts[list]! + position;
    const end = this.#starts[list]! + length;
    if (at !== end) {
      this.data.copyWithin(at + 1, at, end);
      for (const column of this.columns) column.copyWithin(at + 1, at, end);
    }
    this.data[at] = value;
    this.#lengths[list] = length + 1;
    return at;
  }

  /** Adds at the end, in order of arrival; returns its index in `data`. */
  push(list: number, value: number): number {
    return this.insert(list, this.length(list), value);
  }

  /** Takes the element at `position` out and closes the gap; the order of the rest is kept. */
  remove(list: number, position: number): void {
    const length = this.length(list);
    const at = this.start(list) + position;
    const end = this.start(list) + length;
    this.data.copyWithin(at, at + 1, end);
    for (const column of this.columns) column.copyWithin(at, at + 1, end);
    this.#lengths[list] = length - 1;
  }

  /** Takes the element at `position` out; the last one takes its place. */
  swapRemove(list: number, position: number): void {
    const start = this.start(list);
    const last = this.length(list) - 1;
    this.data[start + position] = this.data[start + last]!;
    for (const column of this.columns) column[start + position] = column[start + last]!;
    this.#lengths[list] = last;
  }

  /** Has the elements at two positions change places. */
  swap(list: number, p: number, q: number): void {
    const a = this.start(list) + p;
    const b = this.start(list) + q;
    for (const values of [this.data, ...this.columns]) [values[a], values[b]] = [values[b]!, values[a]!];
  }

  /** Position of `value` in the list, or -1. */
  indexOf(list: number, value: number): number {
    const start = this.start(list);
    const end = start + this.length(list);
    const { data } = this;
    for (let at = start; at < end; at++) if (data[at] === value) return at - start;
    return -1;
  }

  /** Position of the first element not below `value`, in a list that is kept sorted. */
  lowerBound(list: number, value: number): number {
    const start = this.start(list);
    let low = 0;
    let high = this.length(list);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.data[start + middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Empties the list and gives its block back. */
  clear(list: number): void {
    if (this.#capacities[list] === undefined || this.#capacities[list] === 0) return;
    this.#release(list);
    this.#lengths[list] = 0;
    this.#capacities[list] = 0;
  }

  /** A copy of the list. */
  slice(list: number): Uint32Array<ArrayBuffer> {
    const start = this.start(list);
    return this.data.slice(start, start + this.length(list));
  }

  /** Bytes held. */
  get sizeBytes(): number {
    const columns = this.columns.length * this.data.length * Float64Array.BYTES_PER_ELEMENT;
    return this.data.byteLength + columns + 3 * this.#starts.byteLength;
  }

  #reserve(list: number): number {
    if (list >= this.#starts.length) {
      this.#starts = grown(this.#starts, list + 1);
      this.#lengths = grown(this.#lengths, list + 1);
      this.#capacities = grown(this.#capacities, list + 1);
    }
    const length = this.#lengths[list]!;
    const capacity = this.#capacities[list]!;
    if (length < capacity) return length;
    const wanted = Math.max(SMALLEST, capacity * 2);
    const block = this.#free.get(wanted)?.pop() ?? this.#extend(wanted);
    const start = this.#starts[list]!;
    if (capacity > 0) {
      this.data.copyWithin(block, start, start + length);
      for (const column of this.columns) column.copyWithin(block, start, start + length);
      this.#release(list);
    }
    this.#starts[list] = block;
    this.#capacities[list] = wanted;
    return length;
  }

  #extend(capacity: number): number {
    const block = this.#used;
    this.#used += capacity;
    this.data = grown(this.data, this.#used);
    for (const [index, column] of this.columns.entries()) this.columns[index] = grown(column, this.#used);
    return block;
  }

  #release(list: number): void {
    const capacity = this.#capacities[list]!;
    const stack = this.#free.get(capacity);
    if (stack) stack.push(this.#starts[list]!);
    else this.#free.set(capacity, [this.#starts[list]!]);
  }
}
