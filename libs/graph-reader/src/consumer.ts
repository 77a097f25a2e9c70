import type { graph } from '@thaw/contracts';

/** Consecutive changes, each for the first time, in order. */
export interface GraphChanges {
  /** Never empty; the first follows the last one that was applied before, or the copy. */
  readonly changes: readonly graph.GraphChange[];
  /** The newest Kafka time of the events that caused them, Unix epoch milliseconds. */
  readonly causedAtMs: number;
}

/**
 * Takes the reduced graph: `begin`, every message of the copy, `ready`, then the changes from the next one on. `begin`
 * may come again at any time, also before `ready`: the copy was cut off, or changes were lost, and a new copy follows;
 * until its `ready` the consumer may go on with the graph it had.
 *
 * Every call is awaited before the next: that is the back-pressure. One that throws has the graph read anew.
 */
export interface GraphConsumer {
  begin(header: graph.GraphHeader): void | Promise<void>;
  /** Every message of the stream in its order, the header and the trailer too. */
  part(message: graph.ReadGraphResponse): void | Promise<void>;
  /** The copy is whole. */
  ready(): void | Promise<void>;
  /** @throws ThawError GRAPH_DIVERGED where a change does not fit what came before it */
  apply(changes: GraphChanges): void | Promise<void>;
}
