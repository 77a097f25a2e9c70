import { graph, ThawError } from '@thaw/contracts';
import { type GraphSnapshot, snapshotMessages, takeSnapshot } from '@thaw/graph';
import type { IngestPipeline } from './pipeline.js';

/** Copies of the graph being read at once, each as large as the reduced graph. */
const MOST_COPIES = 4;

/** The copies of the graph that readers are taking, each at its own sequence number. */
export class Copies {
  readonly #open = new Map<number, Generator<graph.ReadGraphResponse>>();
  #last = 0;
  #newest: { readonly snapshot: WeakRef<GraphSnapshot>; readonly offsets: readonly graph.InputOffset[] } | undefined;

  constructor(readonly pipeline: IngestPipeline) {}

  /** @param replayShare see `takeSnapshot`. @throws ThawError GRAPH_BUSY when too many are open. */
  async open(replayShare: number): Promise<number> {
    if (this.#open.size >= MOST_COPIES) {
      throw new ThawError('GRAPH_BUSY', `${MOST_COPIES} readers copy the graph already: try again when one is done.`);
    }
    const id = (this.#last += 1);
    const messages = await this.pipeline.read(({ state }, offsets) => {
      const read = offsets.list().map(({ topic, partition, offset }) => ({ topic, partition, nextOffset: offset }));
      const known = this.#newest?.snapshot.deref();
      // Readers that come together after a restart share one copy, as long as nothing was read in between.
      const isCurrent = known?.sequence === state.sequence && sameOffsets(this.#newest?.offsets ?? [], read);
      const isPlain = !(replayShare > 0);
      const snapshot = isCurrent && isPlain ? known : takeSnapshot(state, replayShare);
      if (isPlain) this.#newest = { snapshot: new WeakRef(snapshot), offsets: read };
      return snapshotMessages(snapshot, { settings: { ...state.settings }, offsets: read });
    });
    this.#open.set(id, messages);
    return id;
  }

  next(id: number): Uint8Array | null {
    const step = this.#open.get(id)?.next();
    if (step === undefined || step.done) {
      this.#open.delete(id);
      return null;
    }
    return graph.ReadGraphResponse.encode(step.value).finish();
  }

  close(id: number): void {
    this.#open.delete(id);
  }
}

function sameOffsets(a: readonly graph.InputOffset[], b: readonly graph.InputOffset[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
