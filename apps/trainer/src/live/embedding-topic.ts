import { prefixedTopic, topic } from '@thaw/contracts';
import { partitionForKey, type RecordSink, type SinkRecord } from '@thaw/kafka';
import type { LiveBatch } from '@thaw/waml';

export interface EmbeddedFor {
  readonly version: string;
  /** The last change of the graph that the vectors know. */
  readonly graphSequence: number;
}

/** Records of the topic `embeddings`: key `type:id`, value the folded vector as little-endian float32. */
export function embeddingRecords(
  { embedded, removed }: LiveBatch,
  { version, graphSequence }: EmbeddedFor,
): SinkRecord[] {
  const { partitions } = topic('embeddings');
  const headers = {
    'thaw-version': Buffer.from(version),
    'thaw-graph-sequence': Buffer.from(String(graphSequence)),
  };
  const record = (key: Buffer, value: Buffer | null): SinkRecord => ({
    partition: partitionForKey(key, partitions),
    key,
    value,
    headers,
  });
  return [
    ...removed.map(({ type, id }) => record(Buffer.from(`${type}:${id}`), null)),
    ...embedded.map(({ type, id, vector }) => record(Buffer.from(`${type}:${id}`), littleEndian(vector))),
  ];
}

/** All machines that Node runs on are little-endian: the bytes are those in memory. */
const littleEndian = (vector: Float32Array): Buffer => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

/** Sends them; resolves when they are acknowledged. */
export async function sendEmbeddings(
  sink: RecordSink,
  topicPrefix: string,
  records: readonly SinkRecord[],
): Promise<void> {
  if (records.length > 0) await sink.send(prefixedTopic(topicPrefix, 'embeddings'), records);
}
