import type { ThawError } from '@thaw/contracts';

/** copying: ReadGraph is under way. following: changes are applied as they come. waiting: for another try. */
export type GraphReaderState = 'copying' | 'following' | 'waiting' | 'closed';

/** Where a reader of the graph stands. */
export interface GraphReaderStatus {
  readonly state: GraphReaderState;
  /** The last change that was applied; 0 before the first copy. */
  readonly sequence: number;
  /** Changes that the graph is ahead; undefined where it does not say. */
  readonly lagChanges: number | undefined;
  /** Seconds since the reader was last known to have all there was; Infinity before the first time. */
  readonly lagSeconds: number;
  /** Whether it has been known to have all there was. Once so, it stays so: what is read anew replaces it when whole. */
  readonly caughtUp: boolean;
  /** Copies begun after the first. */
  readonly restarts: number;
  /** Why the last try ended; undefined while all is well. */
  readonly reason: ThawError | undefined;
}
