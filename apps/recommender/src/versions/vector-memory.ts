/** Kept for the next version: products and sellers of one. */
const MOST_FREE = 2;
/** Memory that is more than this many times too large is not taken. */
const MOST_SLACK = 2;

/**
 * The memory of versions' vectors, which goes from one version to the next but one. It is shared, with the thread that
 * reads a version into it: V8 begins a round of garbage collection with every 64 MB of other memory that array buffers
 * take, and each such round slowed queries for a tenth of a second.
 */
export class VectorMemory {
  #free: SharedArrayBuffer[] = [];

  get freeBytes(): number {
    return this.#free.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Hands over what is free; what of it is not needed is the garbage collector's. */
  take(): readonly SharedArrayBuffer[] {
    const free = this.#free;
    this.#free = [];
    return free;
  }

  /** Gives back what no version reads any more. */
  giveBack(memory: readonly SharedArrayBuffer[]): void {
    this.#free = [...memory, ...this.#free].slice(0, MOST_FREE);
  }
}

/** Out of what is free, as much as is asked for: the smallest that is large enough, or else new memory. */
export function memoryFrom(free: readonly SharedArrayBuffer[]): (bytes: number) => SharedArrayBuffer {
  const left = [...free].sort((a, b) => a.byteLength - b.byteLength);
  return (bytes) => {
    const at = left.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= MOST_SLACK * bytes);
    return at < 0 ? new SharedArrayBuffer(bytes) : left.splice(at, 1)[0]!;
  };
}
