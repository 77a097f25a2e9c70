import { readFile } from 'node:fs/promises';

/** Numbers in the kernel's memory. */
export interface Floats {
  /** Byte position. */
  readonly at: number;
  readonly values: Float32Array;
}
export interface Indices {
  readonly at: number;
  readonly values: Uint32Array;
}

/** Neighbours by row, and what they weigh: edge (v, u) counts left[v] · right[u]. */
export interface SpreadGraph {
  readonly rows: number;
  readonly offsets: Indices;
  readonly neighbours: Indices;
  readonly left: Floats;
  readonly right: Floats;
}

/** A user should prefer the positive to the negative: three rows of one matrix each. */
export interface Triples {
  readonly count: number;
  readonly users: Indices;
  readonly positives: Indices;
  readonly negatives: Indices;
}

/** What assembly/embeddings.ts exports; matrices, vectors and lists are byte positions. */
interface Exports {
  spread(
    y: number,
    base: number,
    x: number,
    left: number,
    right: number,
    offsets: number,
    neighbours: number,
    rows: number,
    d: number,
    own: number,
    scale: number,
  ): void;
  rankTriples(
    x: number,
    g: number,
    users: number,
    positives: number,
    negatives: number,
    count: number,
    d: number,
    margin: number,
    weight: number,
  ): number;
  addCounted(y: number, x: number, counts: number, rows: number, d: number, scale: number): number;
  adam(
    parameter: number,
    gradient: number,
    first: number,
    second: number,
    length: number,
    rate: number,
    epsilon: number,
  ): void;
}

const PAGE_BYTES = 65_536;
const MOST_PAGES = 32_768;
/** `d` must be a multiple of it: what one pass of `spread` adds up. */
export const KERNEL_COLUMNS = 32;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Loops over tables of embeddings in WebAssembly, on the caller's thread, and the memory that they work in, which goes
 * with the object: at most 2 GiB. Matrices are `[n, d]`, row-major; d is a multiple of {@link KERNEL_COLUMNS}.
 */
export class EmbeddingKernel {
  /** The first page is the kernel's own: tables of its exponential function lie there. */
  #end = PAGE_BYTES;

  private constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly exports: Exports,
  ) {}

  static async open(): Promise<EmbeddingKernel> {
    compiled ??= readFile(new URL('../../../dist/embeddings.wasm', import.meta.url)).then((bytes) =>
      WebAssembly.compile(bytes),
    );
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    const { exports } = new WebAssembly.Instance(await compiled, { env: { memory } });
    return new EmbeddingKernel(memory, exports as Exports);
  }

  /** @throws RangeError when the memory would pass 2 GiB */
  floats(length: number): Floats {
    const at = this.#take(4 * length);
    return { at, values: new Float32Array(this.memory.buffer, at, length) };
  }

  /** A copy of `numbers`. */
  floatsOf(numbers: ArrayLike<number>): Floats {
    const floats = this.floats(numbers.length);
    floats.values.set(numbers);
    return floats;
  }

  indices(length: number): Indices {
    const at = this.#take(4 * length);
    return { at, values: new Uint32Array(this.memory.buffer, at, length) };
  }

  indicesOf(numbers: ArrayLike<number>): Indices {
    const indices = this.indices(numbers.length);
    indices.values.set(numbers);
    return indices;
  }

  triples(count: number): Triples {
    const list = (): Indices => this.indices(count);
    return { count, users: list(), positives: list(), negatives: list() };
  }

  /** `y[v] = scale · (own · base[v] + left[v] · Σ right[u] · x[u])`; y is neither x nor base. */
  spread(graph: SpreadGraph, d: number, y: Floats, x: Floats, base: Floats, own: number, scale: number): void {
    const { left, right, offsets, neighbours, rows } = graph;
    this.exports.spread(y.at, base.at, x.at, left.at, right.at, offsets.at, neighbours.at, rows, d, own, scale);
  }

  /**
   * Mean of −log σ(u·p − u·n) (BPR, Rendle et al. 2009) over the triples of rows of x, or with a margin of
   * max(0, margin − u·p + u·n).
   *
   * @param gradient by x; it is added to
   */
  rankTriples(x: Floats, d: number, triples: Triples, gradient: Floats, margin?: number): number {
    const { users, positives, negatives, count } = triples;
    const [rows, by] = [x.at, gradient.at];
    const [u, p, n] = [users.at, positives.at, negatives.at];
    return this.exports.rankTriples(rows, by, u, p, n, count, d, margin ?? -1, 1 / Math.max(1, count));
  }

  /** `y[v] += scale · counts[v] · x[v]`. @returns Σ counts[v] · ‖x[v]‖² */
  addCounted(y: Floats, x: Floats, counts: Floats, d: number, scale: number): number {
    return this.exports.addCounted(y.at, x.at, counts.at, counts.values.length, d, scale);
  }

  /** Moves a parameter by its gradient: Adam (Kingma, Ba 2015). */
  adam(slot: AdamSlot, gradient: Floats, learningRate: number, step: number): void {
    const { parameter, first, second } = slot;
    const root = Math.sqrt(1 - SECOND_DECAY ** step);
    const rate = (learningRate * root) / (1 - FIRST_DECAY ** step);
    const { length } = parameter.values;
    this.exports.adam(parameter.at, gradient.at, first.at, second.at, length, rate, EPSILON * root);
  }

  #take(bytes: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes) / 64) * 64;
    const missing = Math.ceil(this.#end / PAGE_BYTES) - this.memory.buffer.byteLength / PAGE_BYTES;
    if (missing > 0) this.memory.grow(missing);
    return at;
  }
}

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/** A parameter, its length a multiple of 4, with Adam's moments. */
export interface AdamSlot {
  readonly parameter: Floats;
  readonly first: Floats;
  readonly second: Floats;
}
