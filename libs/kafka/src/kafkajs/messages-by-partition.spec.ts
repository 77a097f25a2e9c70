import { expect, test } from '@jest/globals';
import { createRequire } from 'node:module';
import { MessagesByPartition } from './messages-by-partition.js';

type Group = (input: {
  readonly topic: string;
  readonly partitionMetadata: readonly object[];
  readonly messages: readonly object[];
  readonly partitioner: (input: { readonly message: { readonly partition: number } }) => number;
}) => unknown;

/** kafkajs's own, which the class stands in for. */
const group = createRequire(import.meta.url)('kafkajs/src/producer/groupMessagesPerPartition.js') as Group;

test('kafkajs finds the groups that it would have made itself', () => {
  const all = Array.from({ length: 50 }, (_, i) => ({ partition: (i * 7) % 3, value: `${i}` }));
  const grouped = new MessagesByPartition();
  for (const message of all) grouped.add(message.partition, message);
  const ask = (messages: readonly object[]) =>
    group({ topic: 't', partitionMetadata: [{}, {}, {}], messages, partitioner: ({ message }) => message.partition });
  expect(ask(grouped.messages)).toEqual(ask(all));
  expect(grouped.messages).toEqual(all);
  expect(grouped.partitions).toBe(3);
});
