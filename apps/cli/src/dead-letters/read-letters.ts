import { deadLetterTopic, type InputTopic, prefixedTopic, ThawError } from '@thaw/contracts';
import type { Kafka, PartitionOffset } from '@thaw/kafka';
import { type Letter, readLetter } from './letter.js';

/** Letters that are looked at in each partition of a dead-letter topic, the newest. */
const MOST_READ = 100_000;

export interface ReadLetters {
  /** Records that were not looked at, since there are so many newer ones. */
  readonly leftOut: number;
}

/**
 * Hands over the letters of some topics, each once (a letter may have been written twice), in the order of the topic.
 * Topics that do not exist have none.
 */
export async function readLetters(
  kafka: Kafka,
  topicPrefix: string,
  topics: readonly InputTopic[],
  take: (letter: Letter) => void,
): Promise<ReadLetters> {
  let leftOut = 0;
  const names = new Map<string, InputTopic>();
  const from: PartitionOffset[] = [];
  for (const topic of topics) {
    const name = prefixedTopic(topicPrefix, deadLetterTopic(topic));
    for (const { partition, startOffset, endOffset } of await rangesOf(kafka, name)) {
      const offset = Math.max(startOffset, endOffset - MOST_READ);
      names.set(name, topic);
      from.push({ topic: name, partition, offset });
      leftOut += offset - startOffset;
    }
  }
  if (names.size === 0) return { leftOut };
  const seen = new Set<string>();
  await kafka.readAll(
    [...names.keys()],
    ({ topic, partition, records }) => {
      for (const record of records) {
        const letter = readLetter(names.get(topic)!, { topic, partition }, record);
        const key = `${letter.id}@${letter.source?.timestampMs ?? ''}`;
        if (seen.has(key)) continue;
        seen.add(key);
        take(letter);
      }
      return Promise.resolve();
    },
    { from },
  );
  return { leftOut };
}

async function rangesOf(kafka: Kafka, topic: string) {
  return await kafka.offsets(topic).catch((error: unknown) => {
    if (error instanceof ThawError && error.code === 'KAFKA_TOPIC_UNKNOWN') return [];
    throw error;
  });
}
