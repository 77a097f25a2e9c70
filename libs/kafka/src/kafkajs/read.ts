import type { BatchHandler, PartitionRange, ReadAllOptions, RecordBatch, SourceRecord } from '../port.js';
import { KafkajsSource, type SourceDependencies } from './source.js';
import { partitionRanges } from './topics.js';

export interface ReadRange extends PartitionRange {
  readonly topic: string;
}

const id = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Hands over the records of each range, in order per partition, and resolves when all ranges are through. */
export async function readRanges(
  dependencies: SourceDependencies,
  ranges: readonly ReadRange[],
  handler: BatchHandler,
): Promise<void> {
  const byPartition = new Map(ranges.map((range) => [id(range.topic, range.partition), range]));
  const open = new Set(
    ranges.filter((range) => range.startOffset < range.endOffset).map((r) => id(r.topic, r.partition)),
  );
  if (open.size === 0) return;
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const onProgress = (topic: string, partition: number, next: number): void => {
    const range = byPartition.get(id(topic, partition));
    if (range && next >= range.endOffset) open.delete(id(topic, partition));
    if (open.size === 0) finish();
  };
  const source = await KafkajsSource.open(
    { ...dependencies, onProgress },
    {
      name: 'thaw-read',
      topics: [...new Set(ranges.map(({ topic }) => topic))],
      startOffset: (topic, partition) => byPartition.get(id(topic, partition))?.startOffset ?? 'latest',
      whenOutOfRange: 'earliest',
      handler: async (batch, signal) => {
        const range = byPartition.get(id(batch.topic, batch.partition));
        if (!range || batch.redelivered) return;
        const part = upTo(batch, range.endOffset);
        if (part) await handler(part, signal);
      },
    },
  );
  try {
    await Promise.race([finished, source.done]);
  } finally {
    await source.close();
  }
}

function upTo(batch: RecordBatch, endOffset: number): RecordBatch | undefined {
  if (batch.nextOffset <= endOffset) return batch;
  const records = batch.records.filter(({ offset }) => offset < endOffset);
  return records.length === 0 ? undefined : { ...batch, records, nextOffset: endOffset };
}

/** Reads topics from their first record to the end they have now, or between the offsets that are asked for. */
export async function readAll(
  dependencies: SourceDependencies,
  topics: readonly string[],
  handler: BatchHandler,
  { from = [], until }: ReadAllOptions,
): Promise<void> {
  const starts = new Map(from.map(({ topic, partition, offset }) => [id(topic, partition), offset]));
  const ends = until && new Map(until.map(({ topic, partition, offset }) => [id(topic, partition), offset]));
  const endOf = (topic: string, { partition, endOffset }: PartitionRange): number =>
    ends === undefined ? endOffset : Math.min(endOffset, ends.get(id(topic, partition)) ?? 0);
  const ranges = topics.map(async (topic) =>
    (await partitionRanges(dependencies.admin, topic)).map((range) => ({
      ...range,
      topic,
      startOffset: Math.max(range.startOffset, starts.get(id(topic, range.partition)) ?? 0),
      endOffset: endOf(topic, range),
    })),
  );
  await readRanges(dependencies, (await Promise.all(ranges)).flat(), handler);
}

/** The last record of a partition: transaction markers at the end make it look further and further back. */
export async function tailRecord(
  dependencies: SourceDependencies,
  topic: string,
  partition: number,
): Promise<SourceRecord | undefined> {
  const ranges = await partitionRanges(dependencies.admin, topic);
  const range = ranges.find((one) => one.partition === partition);
  if (!range) return undefined;
  const { startOffset, endOffset } = range;
  for (let back = 1, from = endOffset; from > startOffset; back *= 4) {
    from = Math.max(startOffset, endOffset - back);
    let last: SourceRecord | undefined;
    await readRanges(dependencies, [{ topic, partition, startOffset: from, endOffset }], (batch) => {
      last = batch.records.at(-1);
      return Promise.resolve();
    });
    if (last) return last;
  }
  return undefined;
}
