import { ThawError } from '@thaw/contracts';
import type { StripLayout } from './strip-layout.js';

/** 16 MiB: memory that is never touched costs nothing, so small graphs of any shape share it. */
const SMALL_PAGES = 256;

/**
 * The memories of a pool. They are kept from one propagation to the next where the shapes are the same: fresh memory
 * costs a page fault every 4 KiB, and the old one would be there until the garbage collector finds it.
 */
export class Memories {
  #pages = 0;
  #memories: WebAssembly.Memory[] = [];

  /** Whether what is held, if anything, is large enough for the layout and not far too large. */
  fit(layout: StripLayout): boolean {
    const pages = layout.pagesPerMemory;
    return this.#memories.length === 0 || (this.#pages >= pages && this.#pages <= Math.max(SMALL_PAGES, 1.25 * pages));
  }

  /** @throws ThawError PROPAGATION_MEMORY_REFUSED when the machine does not give that much. */
  for(layout: StripLayout): readonly WebAssembly.Memory[] {
    if (!this.fit(layout)) this.release();
    this.#pages ||= Math.max(SMALL_PAGES, layout.pagesPerMemory);
    const pages = this.#pages;
    try {
      while (this.#memories.length < layout.memories)
        this.#memories.push(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }));
    } catch (cause) {
      this.release();
      throw new ThawError(
        'PROPAGATION_MEMORY_REFUSED',
        `The machine refuses ${layout.memories} × ${pages * 64} KiB of memory to propagate ${layout.rows} rows of ${layout.columns} dimensions. Use fewer dimensions, or a machine or a container limit with more memory.`,
        { cause },
      );
    }
    return this.#memories.slice(0, layout.memories);
  }

  release(): void {
    this.#memories = [];
    this.#pages = 0;
  }
}
