import { setTimeout as pause } from 'node:timers/promises';
import type { AnyEvent } from '../support/graph-events.js';
import type { GraphTopics } from '../support/graph-topics.js';

const MS_BETWEEN_CHUNKS = 2;
const MS_BETWEEN_DROPS = 20;

/** Produces a stream without ever stopping: in chunks while it is behind what is due, else a single event at a time. */
export class EventFeed {
  readonly #topics: GraphTopics;
  readonly #events: Iterator<AnyEvent, never>;
  readonly #chunk: number;
  #isStopping = false;
  /** How many events should have been produced by now. */
  due = 0;
  /** How many are on the topics. */
  produced = 0;
  /** Resolves after `stop`; rejects when Kafka refuses an event. */
  readonly done: Promise<void>;

  constructor(topics: GraphTopics, events: Iterator<AnyEvent, never>, chunk: number) {
    this.#topics = topics;
    this.#events = events;
    this.#chunk = chunk;
    this.done = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.done;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const isBehind = this.produced < this.due;
      const events = Array.from({ length: isBehind ? this.#chunk : 1 }, () => this.#events.next().value);
      await this.#topics.produce(events);
      this.produced += events.length;
      await pause(isBehind ? MS_BETWEEN_CHUNKS : MS_BETWEEN_DROPS);
    }
  }
}
