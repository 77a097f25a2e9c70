import { setTimeout as delay } from 'node:timers/promises';
import type { RecordSink } from '@thaw/kafka';
import { type Marketplace, type SimulatedEvent, createMarketplace } from '@thaw/simulator';
import type { Checkpoint } from './checkpoint.js';
import type { EventWriter } from './event-writer.js';
import { type FeedEvent, toRecords } from './records.js';
import { Watermark } from './watermark.js';

export interface SimulationSettings {
  /** 1 is 100 sellers, 100,000 customers and 100,000 products. */
  readonly scale: number;
  /** Events per second; Infinity: as fast as they are taken. */
  readonly rate: number;
  readonly seed: number;
}

/** A marketplace that is small enough to show its candidates within minutes, and light enough for a laptop. */
export const DEFAULT_SIMULATION: SimulationSettings = { scale: 0.25, rate: 5000, seed: 1 };

const TICK_MS = 20;
const MAX_BATCH = 5000;
/** What was missed while Kafka did not take events is made up for at most this far back. */
const MAX_DEBT_MS = 1000;

export function toFeedEvent(simulated: SimulatedEvent): FeedEvent {
  switch (simulated.topic) {
    case 'products':
      return { topic: 'products', value: simulated.event };
    case 'listings':
      return { topic: 'listings', value: simulated.event };
    case 'interactions':
      return { topic: 'interactions', value: simulated.event };
    case 'erasures':
      return { topic: 'erasures', value: simulated.event };
  }
}

/** Hands out how many events are due, at an even rate. */
export class Pace {
  private dueFromMs: number;
  private taken = 0;

  constructor(
    private readonly rate: number,
    nowMs: number,
  ) {
    this.dueFromMs = nowMs;
  }

  /** Events due by now that were not taken yet, at most `max`. */
  take(nowMs: number, max: number): number {
    if (this.rate === Infinity) return max;
    const dueMs = (this.taken / this.rate) * 1000;
    if (nowMs - this.dueFromMs - dueMs > MAX_DEBT_MS) this.dueFromMs = nowMs - dueMs - MAX_DEBT_MS;
    const due = Math.floor(((nowMs - this.dueFromMs) / 1000) * this.rate) - this.taken;
    const count = Math.max(0, Math.min(max, due));
    this.taken += count;
    return count;
  }
}

export interface SimulationRun extends SimulationSettings {
  readonly writer: EventWriter;
  readonly sink: RecordSink;
  /** Ends the run; what was sent is still waited for. */
  readonly signal: AbortSignal;
  /** Called with the events of each batch before they are sent. */
  readonly onBatch?: (events: readonly SimulatedEvent[]) => void;
  /** Ends after this many events; default: never. */
  readonly maxEvents?: number;
  /** Where the run goes on from, and notes how far it has come; without one it starts with the first event. */
  readonly checkpoint?: Checkpoint;
  /** Called while the events that earlier runs sent are passed over. */
  readonly onSkip?: (passed: number, of: number) => void;
}

const CHECKPOINT_EVERY_MS = 500;

/** Feeds a marketplace into Kafka, its events dated as they happen, until the signal or the last event. */
export async function runSimulation(run: SimulationRun): Promise<Marketplace> {
  const { scale, seed, rate, writer, sink, signal, onBatch, maxEvents = Infinity, checkpoint } = run;
  const market = createMarketplace({ seed, scale, clock: () => Date.now() });
  const sentBefore = checkpoint?.read().acknowledged ?? 0;
  const acknowledged = new Watermark(sentBefore);
  await passOver(market, sentBefore, run);
  let savedAtMs = performance.now();
  const save = (): void => {
    savedAtMs = performance.now();
    checkpoint?.write({ acknowledged: acknowledged.value, complete: false });
  };
  const pace = new Pace(rate, performance.now());
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const pending = new Set<Promise<void>>();
  for (let left = maxEvents; left > 0 && !stop.aborted;) {
    const count = pace.take(performance.now(), Math.min(MAX_BATCH, left));
    if (count === 0) {
      await pause(TICK_MS, stop);
      continue;
    }
    left -= count;
    const events = market.next(count);
    onBatch?.(events);
    const settle = acknowledged.begin(events.length);
    const sent: Promise<void> = writer.write(toRecords(events.map(toFeedEvent))).then(
      () => {
        settle();
        pending.delete(sent);
        if (performance.now() - savedAtMs >= CHECKPOINT_EVERY_MS) save();
      },
      (error: unknown) => failed.abort(error),
    );
    pending.add(sent);
    await sink.writable();
    if (rate === Infinity) await pause(0, stop);
  }
  await Promise.all(pending);
  save();
  failed.signal.throwIfAborted();
  return market;
}

/**
 * Lets the marketplace live through the events that earlier runs sent: it is the same one again, and goes on instead of
 * telling everything a second time.
 */
async function passOver(market: Marketplace, events: number, { signal, onSkip }: SimulationRun): Promise<void> {
  let passed = 0;
  while (passed < events && !signal.aborted) {
    passed += market.next(Math.min(MAX_BATCH, events - passed)).length;
    onSkip?.(passed, events);
    await pause(0, signal); // lets a signal in
  }
}

/** Waits; an abort only ends it early. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
