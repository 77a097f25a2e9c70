import { graph, ThawError } from '@thaw/contracts';
import type { Kafka, LogFunction, RecordBatch } from '@thaw/kafka';
import { backoffMs } from '@thaw/platform';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ChangeSequence } from './change-sequence.js';
import type { GraphConsumer } from './consumer.js';
import type { GraphClient } from './graph-client.js';
import type { GraphReaderState, GraphReaderStatus } from './status.js';

export interface GraphReaderOptions {
  /** Names the reader in logs and for lag tools. */
  readonly name: string;
  readonly client: GraphClient;
  readonly kafka: Kafka;
  /** `graph-changes`, with its prefix. */
  readonly topic: string;
  readonly consumer: GraphConsumer;
  readonly log: LogFunction;
}

const BACKOFF = { firstMs: 250, maxMs: 30_000, random: Math.random };
const POLL_MS = 500;
const POLL_TIMEOUT_MS = 5_000;
/** Applying holds the event loop for no longer than this at a stretch. */
const SLICE_MS = 4;

/** What lies behind the copy: a topic that was made anew, or a graph that was. Only another copy helps. */
const LOST = new Set(['GRAPH_DIVERGED', 'KAFKA_OFFSET_OUT_OF_RANGE']);

/**
 * Keeps a consumer's copy of the reduced graph up to date, for as long as it is let: reads a copy, then the changes from
 * the next on, and reads another copy where a change is missing or does not fit. Failures are logged, shown in `status`,
 * and tried again after a delay that doubles up to 30 s. Memory is bounded by one message of the copy, or one fetch of
 * the topic.
 *
 * Where the topic is entered: the end it had before the copy was asked for. Apps/graph publishes what it has committed,
 * and copies what it has committed, so whatever lies before that end is in the copy.
 */
export class GraphReader {
  #state: GraphReaderState = 'copying';
  #sequence = new ChangeSequence(0);
  #nextOffset = 0;
  #isWhole = false;
  #caughtUpAt: number | undefined;
  #lagChanges: number | undefined;
  #copies = 0;
  #failures = 0;
  #reason: ThawError | undefined;
  #hasCaughtUp!: () => void;

  /** Resolves when the reader has had all there was for the first time. */
  readonly caughtUp = new Promise<void>((resolve) => (this.#hasCaughtUp = resolve));

  constructor(private readonly options: GraphReaderOptions) {}

  get status(): GraphReaderStatus {
    return {
      state: this.#state,
      sequence: this.#sequence.sequence,
      lagChanges: this.#lagChanges,
      lagSeconds: this.#caughtUpAt === undefined ? Infinity : (performance.now() - this.#caughtUpAt) / 1000,
      caughtUp: this.#caughtUpAt !== undefined,
      restarts: Math.max(0, this.#copies - 1),
      reason: this.#reason,
    };
  }

  /** Reads until the signal, then resolves. Call once. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!this.#isWhole) await this.#copy(signal);
        await this.#follow(signal);
      } catch (thrown) {
        await this.#waitAfter(ThawError.from(thrown), signal);
      }
    }
    this.#state = 'closed';
  }

  async #waitAfter(reason: ThawError, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const delayMs = backoffMs(this.#failures, BACKOFF);
    this.#failures += 1;
    this.#state = 'waiting';
    this.#reason = reason;
    // What the consumer threw may have left its graph half changed, so only what came from outside is gone on with.
    if (LOST.has(reason.code) || !reason.retryable) this.#isWhole = false;
    const { code, message } = reason;
    const next = this.#isWhole ? 'goes on where it was' : 'reads the graph anew';
    this.options.log('warn', `${this.options.name}: ${message}`, { code, delayMs, next });
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }

  async #copy(signal: AbortSignal): Promise<void> {
    const { client, consumer, kafka, topic, log, name } = this.options;
    this.#state = 'copying';
    this.#copies += 1;
    const startedAt = performance.now();
    const nextOffset = (await kafka.offsets(topic)).find(({ partition }) => partition === 0)?.endOffset ?? 0;
    let header: graph.GraphHeader | undefined;
    for await (const message of client.copy(signal)) {
      if (message.part?.$case === 'header') {
        header = message.part.value;
        await consumer.begin(header);
      }
      await consumer.part(message);
    }
    if (header === undefined) throw new ThawError('GRAPH_DIVERGED', 'The copy of the graph has no header.');
    await consumer.ready();
    const { sequence, products, sellers, edges, listings } = header;
    this.#sequence = new ChangeSequence(sequence);
    this.#nextOffset = nextOffset;
    this.#isWhole = true;
    const seconds = (performance.now() - startedAt) / 1000;
    log('info', `${name}: copied the graph`, { sequence, products, sellers, edges, listings, seconds });
  }

  /** Resolves when the signal ends it. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { kafka, name, topic } = this.options;
    const source = await kafka.source({
      name,
      topics: [topic],
      startOffset: () => this.#nextOffset,
      handler: async (batch) => await this.#take(batch, signal),
    });
    const polling = new AbortController();
    const end = AbortSignal.any([signal, polling.signal]);
    const ended = new Promise<void>((resolve) => end.addEventListener('abort', () => resolve(), { once: true }));
    try {
      this.#state = 'following';
      this.#reason = undefined;
      if (!signal.aborted) await Promise.race([source.done, ended, this.#poll(end)]);
    } finally {
      polling.abort();
      await source.close();
    }
  }

  async #take({ records, nextOffset }: RecordBatch, signal: AbortSignal): Promise<void> {
    let turnAt = performance.now();
    for (const { value, offset } of records) {
      if (signal.aborted) return;
      if (value === null) continue;
      const { changes, causedAtMs } = graph.GraphChangeBatch.decode(value);
      for (const slice of this.#sequence.take(changes)) {
        await this.options.consumer.apply({ changes: slice, causedAtMs });
        if (performance.now() - turnAt < SLICE_MS) continue;
        await nextTurn();
        turnAt = performance.now();
      }
      this.#nextOffset = offset + 1;
    }
    this.#nextOffset = nextOffset;
    this.#failures = 0;
  }

  /** Compares with the graph itself, so that a topic that is silent because something is broken does not look quiet. */
  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#compare();
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @throws ThawError GRAPH_DIVERGED where the graph is behind its reader: it began anew, and so must the copy */
  async #compare(): Promise<void> {
    const askedAt = performance.now();
    const applied = this.#sequence.sequence;
    let live: number;
    try {
      live = await this.options.client.sequence(POLL_TIMEOUT_MS);
    } catch {
      this.#lagChanges = undefined; // the graph may restart; its changes come by the topic
      return;
    }
    if (live < applied) {
      throw new ThawError(
        'GRAPH_DIVERGED',
        `The graph is at change ${live} and its copy at ${applied}: the graph was begun anew. It is read anew.`,
      );
    }
    this.#lagChanges = Math.max(0, live - this.#sequence.sequence);
    if (this.#lagChanges > 0) return;
    this.#failures = 0;
    this.#caughtUpAt = askedAt;
    this.#hasCaughtUp();
  }
}
