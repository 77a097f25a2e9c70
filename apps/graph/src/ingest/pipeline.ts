import { deadLetterTopic, type graph, type InputTopic, prefixedTopic, ThawError } from '@thaw/contracts';
import {
  type GraphEngine,
  type GraphSettings,
  type GraphStore,
  goOnPast,
  type Mutation,
  openEngine,
} from '@thaw/graph';
import type { BatchSource, DeadLetter, DeadLetterSink, Kafka, RecordBatch } from '@thaw/kafka';
import type { CrashPoint } from './crash-points.js';
import { applyRecord, INPUTS } from './inputs.js';
import { Offsets } from './offsets.js';
import { Outbox } from './outbox.js';
import { IngestTally } from './tally.js';

export interface PipelineOptions {
  readonly kafka: Kafka;
  readonly store: GraphStore;
  readonly settings: GraphSettings;
  readonly counter: 'embedded' | 'external';
  readonly topicPrefix: string;
  readonly sketchBytes: number;
  /** A micro-batch is committed when it holds this many records, … */
  readonly microBatchMaxEvents: number;
  /** … or when its first record has waited this long. */
  readonly microBatchMaxDelayMs: number;
  readonly now: () => number;
  readonly crashPoint: (point: CrashPoint) => void;
  /** Told when commits begin to fail (with the reason) and when they succeed again (without). */
  readonly onStoreTrouble: (reason?: ThawError) => void;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * From records to durable state: decodes a micro-batch, applies it, and commits state, outbox and offsets in one synced
 * batch; then the changes are published. A crash anywhere leaves the store at the end of some micro-batch, with the
 * offsets to go on from and the changes that may still have to be published.
 */
export class IngestPipeline {
  readonly engine: GraphEngine;
  readonly tally: IngestTally;
  readonly offsets: Offsets;
  readonly #options: PipelineOptions;
  readonly #outbox: Outbox;
  readonly #deadLetters: DeadLetterSink;
  readonly #closing = new AbortController();
  readonly #topics: ReadonlyMap<string, InputTopic>;
  #source: BatchSource | undefined;
  #pendingRecords = 0;
  #pendingSince = 0;
  #newestRecordMs = 0;
  #letters: DeadLetter[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #troubled = false;
  #failed: (reason: unknown) => void = () => undefined;
  /** Rejects when the pipeline cannot go on; resolves when it was closed. */
  readonly done: Promise<void>;

  private constructor(
    options: PipelineOptions,
    parts: { engine: GraphEngine; offsets: Offsets; outbox: Outbox; deadLetters: DeadLetterSink },
  ) {
    this.#options = options;
    this.engine = parts.engine;
    this.offsets = parts.offsets;
    this.#outbox = parts.outbox;
    this.#deadLetters = parts.deadLetters;
    this.tally = new IngestTally();
    this.#topics = new Map(INPUTS[options.counter].map((name) => [prefixedTopic(options.topicPrefix, name), name]));
    this.done = new Promise((resolve, reject) => {
      this.#failed = reject;
      this.#closing.signal.addEventListener('abort', () => resolve());
    });
  }

  /** Loads the state, publishes what a crash left unpublished, and begins to consume where the state ends. */
  static async start(options: PipelineOptions): Promise<IngestPipeline> {
    const { kafka, store, settings, counter, sketchBytes, topicPrefix, crashPoint } = options;
    const nowMs = options.now();
    const { engine, adjustment } = await openEngine({ store, settings, counter, sketchCells: sketchBytes, nowMs });
    const offsets = await Offsets.load(store);
    const topic = prefixedTopic(topicPrefix, 'graph-changes');
    const { outbox, published } = await Outbox.open(store, { kafka, topic, crashPoint });
    const parts = { engine, offsets, outbox, deadLetters: await kafka.deadLetters() };
    const pipeline = new IngestPipeline(options, parts);
    // The topic is ahead of the state where the state was lost or restored: readers see a gap and copy the graph anew.
    if (published > engine.state.sequence) {
      await pipeline.#commit({ changes: [], mutations: goOnPast(engine.state, published) });
    }
    if (adjustment) await pipeline.#commit(adjustment);
    pipeline.#source = await kafka.source({
      name: `${topicPrefix}thaw-graph`,
      topics: [...pipeline.#topics.keys()],
      startOffset: (name, partition) => offsets.get(name, partition) ?? 'earliest',
      handler: (batch) => pipeline.#take(batch),
    });
    pipeline.#source.done.catch((reason: unknown) => pipeline.#failed(reason));
    return pipeline;
  }

  get outbox(): Pick<Outbox, 'backlogBytes' | 'publishedSequence'> {
    return this.#outbox;
  }

  get stalledDeadLetters(): number {
    return this.#deadLetters.stalled;
  }

  /** Records not yet read, by topic without prefix. */
  async lag(): Promise<Map<string, number>> {
    const lags = new Map<string, number>(INPUTS[this.#options.counter].map((name) => [name, 0]));
    for (const { topic, lag } of (await this.#source?.lag()) ?? []) {
      const name = this.#topics.get(topic)!;
      lags.set(name, lags.get(name)! + lag);
    }
    return lags;
  }

  /** Calls `read` between two batches, when the state in memory is what is on disk. @throws what `read` throws */
  async read<T>(read: (engine: GraphEngine, offsets: Offsets) => T | Promise<T>): Promise<T> {
    const answer = await this.#exclusively(async () => {
      await this.#settleBatch();
      // A reader that fails is no reason to stop consuming.
      return await Promise.allSettled([(async () => await read(this.engine, this.offsets))()]);
    });
    if (answer[0].status === 'rejected') throw ThawError.from(answer[0].reason);
    return answer[0].value;
  }

  /**
   * Stops consuming, commits what was taken, and publishes it. What cannot be committed, because the disk or the
   * dead-letter topic refuses, is left to the next start: its offsets are not committed either.
   */
  async close(): Promise<void> {
    if (this.#troubled || this.stalledDeadLetters > 0) this.#closing.abort();
    await this.#source?.close();
    clearTimeout(this.#flushTimer);
    if (!this.#closing.signal.aborted) await this.#exclusively(() => this.#settleBatch());
    this.#closing.abort();
    await this.#outbox.close();
    if (!this.#troubled) await this.#options.store.commit(this.#outbox.takeAcknowledged());
    await this.#deadLetters.close();
  }

  async #take(batch: RecordBatch): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#pendingRecords === 0) this.#pendingSince = performance.now();
      this.#apply(batch);
      this.#pendingRecords += batch.records.length;
      this.offsets.set(batch.topic, batch.partition, batch.nextOffset);
      if (this.#pendingRecords >= this.#options.microBatchMaxEvents) await this.#settleBatch();
      else this.#flushTimer ??= setTimeout(() => this.#flush(), this.#options.microBatchMaxDelayMs);
    });
  }

  /**
   * One thing at a time: no batch is applied while another is being committed or the state is being read. Once a turn
   * has failed so do all that follow: a batch that was neither committed nor will be applied again must not be covered
   * by the offsets of a later one.
   */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn;
    turn.catch((reason: unknown) => this.#failed(reason));
    return turn;
  }

  #apply({ topic, partition, records }: RecordBatch): void {
    const name = this.#topics.get(topic)!;
    const start = this.offsets.get(topic, partition) ?? 0;
    for (const record of records) {
      // In the state already: Kafka hands it over again after a rebalance.
      if (record.offset < start) continue;
      if (record.timestampMs > this.#newestRecordMs) this.#newestRecordMs = record.timestampMs;
      try {
        const outcome = applyRecord(this.engine, name, record);
        this.tally.event(name, outcome);
        if (outcome === 'future_dated') this.#refuse(topic, partition, record, futureDated(this.engine.state.settings));
      } catch (error) {
        if (!(error instanceof ThawError) || error.code !== 'EVENT_UNDECODABLE') throw error;
        this.tally.event(name, 'undecodable');
        this.#refuse(topic, partition, record, error);
      }
    }
  }

  #refuse(topic: string, partition: number, record: RecordBatch['records'][number], reason: ThawError): void {
    this.#letters.push({ topic, partition, record, reason: { code: reason.code, message: reason.message } });
  }

  #flush(): void {
    void this.#exclusively(() => this.#settleBatch()).catch(() => undefined); // #exclusively has told of it
  }

  async #settleBatch(): Promise<void> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#pendingRecords === 0) return;
    const since = this.#pendingSince;
    this.#pendingRecords = 0;
    // The letters go first: once the offsets are committed nobody would look at these records again.
    const letters = this.#letters.splice(0);
    if (letters.length > 0) await this.#deadLetters.send(letters, this.#closing.signal);
    this.tally.deadLettered += letters.length;
    await this.#outbox.writable();
    await this.#commit(this.engine.endBatch(this.#newestRecordMs));
    this.tally.batch((performance.now() - since) / 1000, this.#options.now());
    this.#options.kafka.commitForLagTools(`${this.#options.topicPrefix}thaw-graph`, this.offsets.list());
  }

  async #commit(batch: { changes: readonly graph.GraphChange[]; mutations: readonly Mutation[] }): Promise<void> {
    const { crashPoint } = this.#options;
    crashPoint('before_commit');
    await this.#write([...batch.mutations, ...this.offsets.takeMutations(), ...this.#outbox.takeAcknowledged()]);
    crashPoint('after_commit');
    for (const change of batch.changes) this.tally.change(change);
    this.#outbox.publish(batch.mutations, this.engine.state.sequence);
  }

  /** Commits, again and again while the disk refuses: meanwhile nothing is consumed. */
  async #write(mutations: readonly Mutation[]): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        await this.#options.store.commit(mutations);
        if (this.#troubled) this.#options.onStoreTrouble();
        this.#troubled = false;
        return;
      } catch (error) {
        if (!(error instanceof ThawError) || error.code !== 'STORE_UNAVAILABLE') throw error;
        this.tally.commitFailures += 1;
        this.#troubled = true;
        this.#options.onStoreTrouble(error);
        await pause(waitMs, this.#closing.signal);
      }
    }
  }
}

function futureDated({ maxFutureSkewMs }: GraphSettings): ThawError {
  const hours = maxFutureSkewMs / 3_600_000;
  return new ThawError(
    'EVENT_FUTURE_DATED',
    `The event time is more than ${hours} h after the record was written: correct the clock of the producer, or raise ` +
      `THAW_MAX_FUTURE_SKEW_MS, and produce the event again.`,
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** The topics that the graph needs on the broker, by registry name. */
export function graphTopics(counter: 'embedded' | 'external') {
  return [...INPUTS[counter], ...INPUTS[counter].map((name) => deadLetterTopic(name)), 'graph-changes' as const];
}
