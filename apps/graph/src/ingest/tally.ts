import { graph } from '@thaw/contracts';
import type { Outcome } from './inputs.js';

/** Durations kept between two reports, at most. */
const MOST_DURATIONS = 10_000;

/** Counts what the ingest did since the process started. Plain numbers: they cross a thread boundary. */
export class IngestTally {
  readonly events: Record<string, Partial<Record<Outcome, number>>> = {};
  /** Admissions and evictions by `transitionName`. */
  readonly transitions: Record<string, number> = {};
  deadLettered = 0;
  edgesAdded = 0;
  edgesRemoved = 0;
  batches = 0;
  #batchSeconds: number[] = [];
  commitFailures = 0;
  /** When the last batch was committed, epoch milliseconds; 0 before the first. */
  lastCommitMs = 0;

  event(topic: string, outcome: Outcome): void {
    const outcomes = (this.events[topic] ??= {});
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }

  /** @param seconds From the first record of the batch to its commit. */
  batch(seconds: number, nowMs: number): void {
    this.batches += 1;
    this.lastCommitMs = nowMs;
    if (this.#batchSeconds.length < MOST_DURATIONS) this.#batchSeconds.push(seconds);
  }

  /** The counts, and the durations since the last call. */
  take() {
    const { events, transitions, deadLettered, edgesAdded, edgesRemoved, batches, commitFailures, lastCommitMs } = this;
    const batchSeconds = this.#batchSeconds;
    this.#batchSeconds = [];
    const counts = { deadLettered, edgesAdded, edgesRemoved, batches, commitFailures, lastCommitMs };
    return { ...counts, events, transitions, batchSeconds };
  }

  change({ change, reason }: graph.GraphChange): void {
    if (change?.$case === 'edgeAdded' && reason !== graph.ChangeReason.COUNT_MOVED) this.edgesAdded += 1;
    else if (change?.$case === 'edgeRemoved') this.edgesRemoved += 1;
    else if (change?.$case === 'candidateAdmitted') this.#transition('admitted', reason);
    else if (change?.$case === 'candidateEvicted') this.#transition('evicted', reason);
  }

  #transition(direction: Direction, reason: graph.ChangeReason): void {
    const name = transitionName(direction, reason);
    this.transitions[name] = (this.transitions[name] ?? 0) + 1;
  }
}

export type Direction = 'admitted' | 'evicted';

/** What may admit or evict a candidate. */
export const TRANSITION_REASONS = {
  admitted: [
    graph.ChangeReason.DEMAND_REACHED,
    graph.ChangeReason.LISTINGS_WITHDRAWN,
    graph.ChangeReason.PRODUCT_ADDED,
  ],
  evicted: [graph.ChangeReason.DEMAND_GONE, graph.ChangeReason.LISTINGS_REACHED, graph.ChangeReason.PRODUCT_REMOVED],
} as const;

export function transitionName(direction: Direction, reason: graph.ChangeReason): string {
  return `${direction} ${reasonName(reason)}`;
}

/** A reason as a label: `demand_reached`. */
export function reasonName(reason: graph.ChangeReason): string {
  return graph.ChangeReason[reason].toLowerCase();
}
