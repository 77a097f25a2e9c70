import { compareVersions } from '@thaw/bundle';
import { type operator, ThawError } from '@thaw/contracts';
import type { LogFunction } from '@thaw/kafka';
import { backoffMs } from '@thaw/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServingGraph } from '../graph/serving-graph.js';
import type { Embedding } from './embedding.js';
import { EmbeddingBuffer } from './embedding-buffer.js';
import type { EmbeddingFeed } from './embedding-feed.js';
import type { ServedVersion } from './served-version.js';
import { slowly } from './slowly.js';

export const SWAP_OUTCOMES = ['swapped', 'failed', 'refused'] as const;
export type SwapOutcome = (typeof SWAP_OUTCOMES)[number];

export interface VersionKeeperOptions {
  readonly load: (record: operator.Version, signal: AbortSignal) => Promise<ServedVersion>;
  readonly embeddings: Pick<EmbeddingFeed, 'caughtUp' | 'readAgain'>;
  /** The graph that is served now. */
  readonly graph: () => ServingGraph | undefined;
  readonly bufferBytes: number;
  readonly onSwap: (outcome: SwapOutcome, seconds: number) => void;
  readonly log: LogFunction;
}

const BACKOFF = { firstMs: 500, maxMs: 30_000, random: Math.random };

/**
 * Keeps the version in memory that is to be served. Another one is loaded beside it, takes what has come since it was
 * made, and then takes its place between two calls: one reference is all that changes. What cannot be loaded is tried
 * again for as long as it is wanted and that may help; the one before goes on serving.
 */
export class VersionKeeper {
  #current: ServedVersion | undefined;
  /** Being brought up to date: it takes what the current one takes. */
  #next: ServedVersion | undefined;
  #wanted: operator.Version | undefined;
  #attempt: AbortController | undefined;
  #working: Promise<void> = Promise.resolve();
  #swaps = 0;
  #isSettled = false;
  readonly #buffer: EmbeddingBuffer;
  readonly #closing = new AbortController();

  constructor(private readonly options: VersionKeeperOptions) {
    this.#buffer = new EmbeddingBuffer(options.bufferBytes);
  }

  get current(): ServedVersion | undefined {
    return this.#current;
  }

  /** Swaps to another version since the start, the first one not counted. */
  get swaps(): number {
    return Math.max(0, this.#swaps - 1);
  }

  get bufferedBytes(): number {
    return this.#buffer.sizeBytes;
  }

  /** Whether the version that is wanted is served, or could not be at the first try. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** What is to be served. Loading of another one that is no longer wanted is given up. */
  want(record: operator.Version | undefined): void {
    if (record === undefined && this.#current === undefined) this.#isSettled = true;
    if (record === undefined || record.version === this.#wanted?.version) return;
    this.#wanted = record;
    this.#attempt?.abort(new ThawError('VERSION_UNSERVABLE', `${record.version} is wanted instead.`));
    const attempt = new AbortController();
    this.#attempt = attempt;
    const signal = AbortSignal.any([attempt.signal, this.#closing.signal]);
    this.#working = this.#working.then(async () => await this.#bring(record, signal));
  }

  take(embedding: Embedding): void {
    const { version } = embedding;
    // Also what is served takes: an operator may go back to it, and a rollback must not wait for the topic.
    this.#buffer.add(embedding);
    if (version === this.#current?.version) this.#current.take(embedding, this.#isCandidate);
    if (version === this.#next?.version) this.#next.take(embedding, this.#isCandidate);
  }

  /** A product became a candidate, or ceased to be one. */
  admit(productId: string, isCandidate: boolean): void {
    this.#current?.admit(productId, isCandidate);
    this.#next?.admit(productId, isCandidate);
  }

  /** All candidates may be others. */
  async graphReplaced(): Promise<void> {
    for (const version of [this.#current, this.#next]) if (version) await this.#align(version, this.#closing.signal);
  }

  async close(): Promise<void> {
    this.#closing.abort(new ThawError('VERSION_UNSERVABLE', 'The recommender is shutting down.'));
    await this.#working;
    this.#current?.close();
    this.#current = undefined;
  }

  async #bring(record: operator.Version, signal: AbortSignal): Promise<void> {
    const { log, onSwap } = this.options;
    const isGivenUp = (): boolean => signal.aborted;
    for (let attempt = 0; !isGivenUp(); attempt++) {
      const startedAt = performance.now();
      try {
        await this.#swapTo(record, signal);
        const seconds = (performance.now() - startedAt) / 1000;
        onSwap('swapped', seconds);
        log('info', `serving ${record.version}`, { version: record.version, seconds });
        return;
      } catch (thrown) {
        this.#next?.close();
        this.#next = undefined;
        if (isGivenUp()) return;
        const error = ThawError.from(thrown);
        const seconds = (performance.now() - startedAt) / 1000;
        onSwap(error.code === 'VERSION_UNSERVABLE' ? 'refused' : 'failed', seconds);
        const delayMs = backoffMs(attempt, BACKOFF);
        const still = this.#current?.version ?? 'no version';
        const fields = { code: error.code, version: record.version, attempt, delayMs };
        log('error', `${record.version} cannot be served; ${still} goes on: ${error.message}`, fields);
        // A bundle may be on its way to a shared disk; one that is broken stays so until another is announced.
        if (!error.retryable && error.code !== 'BUNDLE_NOT_FOUND') return;
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      } finally {
        this.#isSettled = true;
      }
    }
  }

  async #swapTo(record: operator.Version, signal: AbortSignal): Promise<void> {
    const { load, embeddings } = this.options;
    const next = await load(record, signal);
    // Whatever was published before the version was announced belongs to it.
    try {
      await embeddings.caughtUp(signal);
      signal.throwIfAborted();
    } catch (error) {
      next.close();
      throw error;
    }
    this.#next = next;
    const buffered = this.#buffer.of(record.version);
    if (buffered === undefined) {
      await embeddings.readAgain(record.version, (embedding) => next.take(embedding, this.#isCandidate));
    } else {
      await slowly(buffered, (embedding) => next.take(embedding, this.#isCandidate), signal);
    }
    await this.#align(next, signal);
    signal.throwIfAborted();
    const before = this.#current;
    this.#current = next;
    this.#next = undefined;
    this.#swaps += 1;
    this.#buffer.forgetBefore(olderOf(record.version, before?.version));
    // Answers are made in one go, so nobody is in the middle of one.
    before?.close();
  }

  /** Brings the index in line with the candidates that there are now. */
  async #align(version: ServedVersion, signal: AbortSignal): Promise<void> {
    const graph = this.options.graph();
    if (graph === undefined) return;
    const { products } = graph;
    await slowly(
      version.index.searchable(),
      ([id, row]) => {
        const product = version.numbers.find(products.ids, id, row);
        if (product === undefined || !products.isCandidate(product)) version.admit(id, false);
      },
      signal,
    );
    const candidates = products.candidates.slice();
    await slowly(
      candidates,
      (product) => {
        // Those that came or went meanwhile were told to the version too.
        if (products.isCandidate(product)) version.admit(products.ids.id(product), true);
      },
      signal,
    );
  }

  readonly #isCandidate = (productId: string): boolean => {
    const graph = this.options.graph();
    const product = graph?.products.ids.find(productId);
    return graph !== undefined && product !== undefined && graph.products.isCandidate(product);
  };
}

const olderOf = (version: string, other: string | undefined): string =>
  other !== undefined && compareVersions(other, version) < 0 ? other : version;
