import { describe, expect, test } from '@jest/globals';
import type { PartitionRange } from '@thaw/kafka';
import { EventReader } from './read-events.js';

const reader = (read: number, range: Omit<PartitionRange, 'partition'>, topic = 'shop.listings') =>
  EventReader.open({
    kafka: {
      offsets: () => Promise.resolve([{ partition: 0, ...range }]),
      readAll: () => Promise.reject(new Error('not in these tests')),
    },
    topicPrefix: 'shop.',
    offsets: [{ topic, partition: 0, nextOffset: read }],
    settings: { maxFutureSkewMs: 0 },
  });

describe('EventReader', () => {
  test('counts the records up to where the live graph stands', async () => {
    expect((await reader(7, { startOffset: 0, endOffset: 9 })).total).toBe(7);
  });

  test.each([
    ['its first records are gone', { startOffset: 3, endOffset: 9 }],
    ['it ends before what was read', { startOffset: 0, endOffset: 6 }],
  ])('refuses a topic when %s', async (_, range) => {
    await expect(reader(7, range)).rejects.toMatchObject({ code: 'KAFKA_OFFSET_OUT_OF_RANGE' });
  });

  test('takes a compacted topic whose first records are gone', async () => {
    const range = { startOffset: 3, endOffset: 9 };
    expect((await reader(7, range, 'shop.co-interactions')).total).toBe(4);
  });

  test('refuses topics of another prefix', async () => {
    const opening = reader(7, { startOffset: 0, endOffset: 9 }, 'listings');
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
