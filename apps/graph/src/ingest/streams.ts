import { graph, ThawError } from '@thaw/contracts';
import { type GraphSnapshot, snapshotMessages, takeSnapshot } from '@thaw/graph';
import { FORMAT, type RocksGraphStore } from '@thaw/store';
import { backupMessages } from './backup.js';
import type { Offsets } from './offsets.js';
import type { IngestPipeline } from './pipeline.js';

/** Copies of the graph being read at once, each as large as the reduced graph. */
const MOST_COPIES = 4;

interface OpenStream {
  readonly kind: 'copy' | 'backup';
  /** Encoded messages. */
  readonly messages: Generator<Uint8Array>;
}

interface StreamsOptions {
  readonly pipeline: IngestPipeline;
  readonly store: RocksGraphStore;
  readonly topicPrefix: string;
  readonly counter: string;
}

/** What readers are taking message by message: copies of the graph, and backups, each at its own sequence number. */
export class Streams {
  readonly #open = new Map<number, OpenStream>();
  #last = 0;
  #newest: { readonly snapshot: WeakRef<GraphSnapshot>; readonly offsets: readonly graph.InputOffset[] } | undefined;

  constructor(private readonly options: StreamsOptions) {}

  /** @param replayShare see `takeSnapshot`. @throws ThawError GRAPH_BUSY when too many are open. */
  async openCopy(replayShare: number): Promise<number> {
    if (this.#count('copy') >= MOST_COPIES) {
      throw new ThawError('GRAPH_BUSY', `${MOST_COPIES} readers copy the graph already: try again when one is done.`);
    }
    const messages = await this.options.pipeline.read(({ state }, offsets) => {
      const read = inputOffsets(offsets);
      const known = this.#newest?.snapshot.deref();
      // Readers that come together after a restart share one copy, as long as nothing was read in between.
      const isCurrent = known?.sequence === state.sequence && sameOffsets(this.#newest?.offsets ?? [], read);
      const isPlain = !(replayShare > 0);
      const snapshot = isCurrent && isPlain ? known : takeSnapshot(state, replayShare);
      if (isPlain) this.#newest = { snapshot: new WeakRef(snapshot), offsets: read };
      const { settings, restoredSequence } = state;
      return snapshotMessages(snapshot, { settings: { ...settings }, offsets: read, restoredSequence });
    });
    return this.#keep('copy', encoded(messages));
  }

  /** @throws ThawError GRAPH_BUSY while another is being taken: each keeps what RocksDB would let go of. */
  async openBackup(): Promise<number> {
    if (this.#count('backup') > 0) {
      throw new ThawError('GRAPH_BUSY', 'Another backup is being taken already: try again when it is done.');
    }
    const { pipeline, store, topicPrefix, counter } = this.options;
    const messages = await pipeline.read(async ({ state }, offsets) => {
      const header: graph.BackupHeader = {
        storeFormat: FORMAT,
        sequence: state.sequence,
        offsets: inputOffsets(offsets),
        settings: { ...state.settings },
        topicPrefix,
        counter,
      };
      return backupMessages(header, await store.scan());
    });
    return this.#keep('backup', messages);
  }

  next(id: number): Uint8Array | null {
    const step = this.#open.get(id)?.messages.next();
    if (step !== undefined && step.done !== true) return step.value;
    this.#open.delete(id);
    return null;
  }

  close(id: number): void {
    this.#open.get(id)?.messages.return(undefined);
    this.#open.delete(id);
  }

  #keep(kind: OpenStream['kind'], messages: Generator<Uint8Array>): number {
    const id = (this.#last += 1);
    this.#open.set(id, { kind, messages });
    return id;
  }

  #count(kind: OpenStream['kind']): number {
    return [...this.#open.values()].filter((each) => each.kind === kind).length;
  }
}

export function inputOffsets(offsets: Offsets): graph.InputOffset[] {
  return offsets.list().map(({ topic, partition, offset }) => ({ topic, partition, nextOffset: offset }));
}

function* encoded(messages: Generator<graph.ReadGraphResponse>): Generator<Uint8Array> {
  for (const message of messages) yield graph.ReadGraphResponse.encode(message).finish();
}

function sameOffsets(a: readonly graph.InputOffset[], b: readonly graph.InputOffset[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
