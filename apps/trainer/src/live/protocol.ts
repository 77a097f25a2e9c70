import type { ErrorCode } from '@thaw/contracts';
import type { KafkaConnection, LogLevel } from '@thaw/kafka';
import type { Config } from '@thaw/platform';

/** What the thread of live embedding is started with; plain data. */
export interface LiveSettings {
  readonly kafka: KafkaConnection;
  readonly topicPrefix: string;
  readonly graphAddress: string;
  readonly bundleDir: string;
  readonly security: Config['security'];
}

/** Numbers for metrics. */
export interface LiveStatistics {
  /** The version that nodes are embedded for; empty: none. */
  readonly version: string;
  /** Nodes that wait. */
  readonly pending: number;
  readonly embedded: number;
  readonly removed: number;
  /** From the newest event behind a change to the embedding's acknowledgement: that of the last batch. */
  readonly lagSeconds: number;
  readonly batchSeconds: number;
}

export type ToLive =
  { readonly kind: 'prepare'; readonly id: number; readonly version: string } | { readonly kind: 'close' };

export type FromLive =
  | { readonly kind: 'prepared'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'statistics'; readonly statistics: LiveStatistics }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: object };
