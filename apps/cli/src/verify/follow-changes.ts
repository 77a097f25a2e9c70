import { graph } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';
import type { ChangeFollower } from './change-follower.js';

/** Changes are on the topic a moment after they are in the graph; longer than this means that they are not coming. */
const PATIENCE_MS = 15_000;

/**
 * Hands the changes of the topic to the follower until it is done, or until nothing new has come for a while.
 *
 * @throws ThawError GRAPH_DIVERGED where a change does not fit; KAFKA_TOPIC_UNKNOWN
 */
export async function followChanges(kafka: Kafka, topic: string, follower: ChangeFollower): Promise<void> {
  if (follower.isDone) return;
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const patience = setTimeout(() => finish(), PATIENCE_MS);
  const source = await kafka.source({
    name: 'thaw-verify',
    topics: [topic],
    startOffset: () => 'earliest',
    handler: async ({ records }) => {
      await Promise.resolve();
      for (const { value } of records) if (value !== null) follower.take(graph.GraphChangeBatch.decode(value));
      patience.refresh();
      if (follower.isDone) finish();
    },
  });
  try {
    await Promise.race([finished, source.done]);
  } finally {
    clearTimeout(patience);
    await source.close();
  }
}
