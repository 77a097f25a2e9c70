import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type kafkajs from 'kafkajs';
import { testBroker, uniqueTopic } from '../../../test/support/broker.js';
import { until } from '../../../test/support/until.js';
import { clientConfig, createClient } from './kafkajs/client.js';
import { createKafka } from './kafkajs/kafka.js';
import type { Kafka, SinkRecord } from './port.js';

const connection = { brokers: [] as string[], clientId: 'group-spec' };
let kafka: Kafka;
let client: kafkajs.Kafka;

beforeAll(async () => {
  connection.brokers.push((await testBroker()).bootstrap);
  kafka = createKafka(connection, () => undefined);
  client = createClient(clientConfig(connection, () => undefined));
}, 120_000);

afterAll(() => kafka.close());

async function topicWith(count: number): Promise<string> {
  const topic = uniqueTopic('group');
  await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
  const sink = await kafka.sink();
  const records = Array.from({ length: count }, (_, i): SinkRecord => ({
    partition: 0,
    key: null,
    value: Buffer.from([i]),
  }));
  await sink.send(topic, records);
  await sink.close();
  return topic;
}

test('after a rebalance the source asks for the offset again and flags what it hands over twice', async () => {
  const topic = await topicWith(3);
  const name = uniqueTopic('rebalanced');
  const seen: { offset: number; redelivered: boolean }[] = [];
  const source = await kafka.source({
    name,
    topics: [topic],
    startOffset: () => (seen.length === 0 ? 0 : 1),
    handler: ({ records, redelivered }) => {
      seen.push(...records.map(({ offset }) => ({ offset, redelivered })));
      return Promise.resolve();
    },
  });
  await until(() => seen.length === 3);

  const admin = client.admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  const groupId = groups.find((group) => group.groupId.startsWith(name))!.groupId;
  await admin.disconnect();
  const intruder = client.consumer({ groupId, sessionTimeout: 10_000 });
  await intruder.connect();
  await intruder.subscribe({ topic });
  await intruder.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
  await intruder.disconnect();

  await until(() => seen.length >= 5);
  expect(seen.slice(0, 5)).toEqual([
    { offset: 0, redelivered: false },
    { offset: 1, redelivered: false },
    { offset: 2, redelivered: false },
    { offset: 1, redelivered: true },
    { offset: 2, redelivered: true },
  ]);
  expect(source.statistics.redeliveredRecords).toBeGreaterThanOrEqual(2);
  await source.close();
}, 60_000);

test('lag tools see the newest progress in a group without members', async () => {
  const topic = await topicWith(9);
  const name = uniqueTopic('lag');
  const reporting = createKafka(connection, () => undefined);
  reporting.commitForLagTools(name, [{ topic, partition: 0, offset: 4 }]);
  reporting.commitForLagTools(name, [{ topic, partition: 0, offset: 7 }]);
  await reporting.close();

  const admin = client.admin();
  await admin.connect();
  const [progress] = await admin.fetchOffsets({ groupId: name, topics: [topic] });
  const { groups } = await admin.describeGroups([name]);
  await admin.disconnect();
  expect(progress?.partitions).toMatchObject([{ partition: 0, offset: '7' }]);
  expect(groups[0]?.members).toEqual([]);
});

test('a source comes up while a killed predecessor is still a member of its own group', async () => {
  const topic = await topicWith(2);
  const name = uniqueTopic('restarted');
  const options = { name, topics: [topic], startOffset: () => 0 };
  const first = await kafka.source({ ...options, handler: () => Promise.resolve() });
  let received = 0;
  const second = await kafka.source({
    ...options,
    handler: ({ records }) => {
      received += records.length;
      return Promise.resolve();
    },
  });
  await until(() => received === 2);
  expect(second.statistics.assignments).toBe(1);
  await Promise.all([first.close(), second.close()]);
});
