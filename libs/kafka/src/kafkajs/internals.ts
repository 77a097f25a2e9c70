import { createRequire } from 'node:module';
import type { KafkaConfig, Logger } from 'kafkajs';

/**
 * The two places where kafkajs's inside is needed. The dependency is pinned to 2.2.4, its last release, so these paths
 * do not move.
 */
const load = createRequire(import.meta.url);

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/**
 * kafkajs arms a timer after every response, also with nothing to wait for, and then with a negative delay, which newer
 * Node versions warn about. An empty queue needs no timer: `push` arms one when something has to wait.
 */
export function quietRequestQueue(): void {
  const { prototype } = load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  if (schedule.name === 'scheduleWhenPending') return;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending(this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}

interface OffsetCommit {
  readonly groupId: string;
  readonly groupGenerationId: number;
  readonly memberId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string }[];
  }[];
}

export interface CommitCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(group: { groupId: string }): Promise<{ offsetCommit(commit: OffsetCommit): Promise<unknown> }>;
}

/**
 * A connection that can commit offsets for a group without joining it (generation -1, as Kafka's `assign` mode does);
 * kafkajs's own `admin.setOffsets` joins the group and fetches.
 */
export function commitCluster(config: KafkaConfig, logger: Logger): CommitCluster {
  const Cluster = load('kafkajs/src/cluster/index.js') as new (options: object) => CommitCluster;
  const socketFactory = load('kafkajs/src/network/socketFactory.js') as () => unknown;
  return new Cluster({
    ...config,
    logger,
    socketFactory: socketFactory(),
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
  });
}
