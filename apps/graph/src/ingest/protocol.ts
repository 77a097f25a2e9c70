import type { graph, ThawError } from '@thaw/contracts';
import type { GraphSettings } from '@thaw/graph';
import type { KafkaConnection, LogLevel } from '@thaw/kafka';
import type { CrashPlan } from './crash-points.js';
import type { Outcome } from './inputs.js';

/** What the ingest thread is started with. */
export interface IngestSettings {
  readonly kafka: KafkaConnection;
  readonly topicPrefix: string;
  readonly stateFolder: string;
  readonly settings: GraphSettings;
  readonly counter: 'embedded' | 'external';
  readonly sketchBytes: number;
  readonly microBatchMaxEvents: number;
  readonly microBatchMaxDelayMs: number;
  readonly crash?: CrashPlan;
}

/** An error on its way between threads. */
export interface ErrorMessage {
  readonly code: ThawError['code'];
  readonly message: string;
}

/** Counts since the start of the process, and levels as they are now. */
export interface IngestStatistics {
  /** By topic (without prefix) and outcome. */
  readonly events: Readonly<Record<string, Partial<Record<Outcome, number>>>>;
  readonly transitions: Readonly<Record<string, number>>;
  readonly outOfOrder: number;
  readonly unknownProducts: number;
  readonly deadLettered: number;
  readonly stalledDeadLetters: number;
  readonly batches: number;
  readonly lastCommitMs: number;
  /** Of the batches since the last report. */
  readonly batchSeconds: readonly number[];
  readonly edgesAdded: number;
  readonly edgesRemoved: number;
  readonly increments: number;
  readonly decrements: number;
  readonly funnel: graph.GetFunnelResponse;
  readonly sequence: number;
  readonly publishedSequence: number;
  readonly outboxBytes: number;
  readonly commitFailures: number;
  readonly storeBytes: number;
  readonly storeBackgroundErrors: number;
  readonly memoryBytes: number;
  readonly lag: Readonly<Record<string, number>>;
  /** When the broker last said so, epoch milliseconds; 0 before the first time. */
  readonly lagKnownMs: number;
}

/** What the main thread asks. Each is answered by one `answer` with the same id. */
export interface Questions {
  /** The reduction in numbers. */
  funnel: { ask: null; answer: graph.GetFunnelResponse };
  count: { ask: { readonly a: string; readonly b: string }; answer: graph.GetCoInteractionResponse };
  offsets: { ask: null; answer: graph.GetOffsetsResponse };
  product: { ask: string; answer: graph.GetProductResponse };
  customer: { ask: string; answer: graph.GetCustomerResponse };
  /** Opens a backup, whose messages are then taken as those of a copy. */
  backupOpen: { ask: null; answer: number };
  /** Opens a copy of the graph; its messages are then taken one at a time with `readNext`. Asks with the replay share. */
  readOpen: { ask: number; answer: number };
  /** The next encoded message, or null after the last. */
  readNext: { ask: number; answer: Uint8Array | null };
  readClose: { ask: number; answer: null };
  /** Stops consuming, commits and publishes. */
  close: { ask: null; answer: null };
}

export type Question = {
  [K in keyof Questions]: { readonly id: number; readonly kind: K; readonly ask: Questions[K]['ask'] };
}[keyof Questions];

export type FromIngest =
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: object }
  | { readonly kind: 'consuming' }
  | { readonly kind: 'trouble'; readonly reason: ErrorMessage | null }
  | { readonly kind: 'failed'; readonly reason: ErrorMessage }
  | { readonly kind: 'statistics'; readonly statistics: IngestStatistics }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: ErrorMessage };
