import type { KafkaMessage } from 'kafkajs';
import type { RecordBatch } from '../port.js';
import { toSourceRecord } from './records.js';

const id = (topic: string, partition: number): string => `${topic}/${partition}`;

interface Position {
  readonly topic: string;
  readonly partition: number;
  /** Offset to be handed over next. */
  next: number;
  /** One past the highest offset ever handed over. */
  delivered: number;
}

export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly KafkaMessage[];
  lastOffset(): string;
}

/** Knows for every partition what has been handed over, so that a redelivered record can be told from a new one. */
export class Positions {
  private readonly byPartition = new Map<string, Position>();

  get(topic: string, partition: number): Position | undefined {
    return this.byPartition.get(id(topic, partition));
  }

  all(): Position[] {
    return [...this.byPartition.values()];
  }

  /** Moves to `offset`; what was delivered before is remembered. */
  seek(topic: string, partition: number, offset: number): void {
    const known = this.get(topic, partition);
    if (known) known.next = offset;
    else this.byPartition.set(id(topic, partition), { topic, partition, next: offset, delivered: offset });
  }

  /** Records that nothing but markers or compacted records stood before `nextOffset`. */
  skipTo(topic: string, partition: number, nextOffset: number): void {
    const position = this.get(topic, partition);
    if (position && nextOffset > position.next) position.next = nextOffset;
  }

  /** Notes the batch as handed over. */
  advance({ topic, partition, nextOffset }: RecordBatch): void {
    const position = this.get(topic, partition);
    if (!position) return;
    position.next = nextOffset;
    position.delivered = Math.max(position.delivered, nextOffset);
  }

  /** Cuts what was fetched in two where records stop being redelivered. Records before the position are left out. */
  split(fetched: FetchedBatch): RecordBatch[] {
    const { topic, partition, messages } = fetched;
    const { next, delivered } = this.get(topic, partition) ?? { next: 0, delivered: 0 };
    const records = messages.map(toSourceRecord);
    const from = firstIndexAtOrAfter(records, next);
    const cut = Math.max(from, firstIndexAtOrAfter(records, delivered));
    const batch = (start: number, end: number, redelivered: boolean): RecordBatch => ({
      topic,
      partition,
      records: start === 0 && end === records.length ? records : records.slice(start, end),
      firstOffset: records[start]!.offset,
      nextOffset: end === records.length ? Number(fetched.lastOffset()) + 1 : records[end]!.offset,
      highWatermark: Number(fetched.highWatermark),
      redelivered,
    });
    const batches: RecordBatch[] = [];
    if (from < cut) batches.push(batch(from, cut, true));
    if (cut < records.length) batches.push(batch(cut, records.length, false));
    return batches;
  }
}

/** Index of the first record with an offset of at least `offset`; records are in offset order. */
function firstIndexAtOrAfter(records: readonly { readonly offset: number }[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
