import type { ErrorCode } from '@thaw/contracts';
import type { KafkaConnection, LogLevel } from '@thaw/kafka';
import type { Config } from '@thaw/platform';

/** What the thread of live embedding is started with; plain data. */
export interface LiveSettings {
  /** What nodes are embedded for. */
  readonly version: string;
  readonly kafka: KafkaConnection;
  readonly topicPrefix: string;
  readonly graphAddress: string;
  readonly bundleDir: string;
  readonly security: Config['security'];
}

/** Numbers for metrics. */
export interface LiveStatistics {
  /** Nodes that wait. */
  readonly pending: number;
  readonly embedded: number;
  readonly removed: number;
}

/** A micro-batch that was sent. */
export interface LiveBatchTimes {
  readonly nodes: number;
  readonly seconds: number;
  /** From the newest event behind a change to the embedding's acknowledgement; undefined: no event is behind it. */
  readonly lagSeconds: number | undefined;
}

/** `go` lets the thread embed once it is loaded; `close` ends it. */
export type ToLive = { readonly kind: 'go' | 'close' };

export type FromLive =
  /** Graph and version are compared: it waits for `go`. */
  | { readonly kind: 'loaded' }
  /** All that changed since the version was made is on the topic. */
  | { readonly kind: 'caught-up' }
  /** It cannot embed for this version, and ends. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** With the batches since the last time. */
  | { readonly kind: 'statistics'; readonly statistics: LiveStatistics; readonly batches: readonly LiveBatchTimes[] }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: object };
