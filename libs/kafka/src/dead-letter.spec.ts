import { deadLetterTopic } from '@thaw/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testBroker, uniqueTopic } from '../../../test/support/broker.js';
import { until } from '../../../test/support/until.js';
import { createKafka } from './kafkajs/kafka.js';
import type { BatchSource, DeadLetterSink, Kafka, SinkRecord, SourceRecord } from './port.js';

let kafka: Kafka;
let letters: DeadLetterSink;

beforeAll(async () => {
  const { bootstrap } = await testBroker();
  kafka = createKafka({ brokers: [bootstrap], clientId: 'dead-letter-spec' }, () => undefined);
  letters = await kafka.deadLetters();
}, 120_000);

afterAll(async () => {
  await letters.close();
  await kafka.close();
});

const GOOD: SinkRecord = { partition: 0, key: null, value: Buffer.from('good') };
const POISON: SinkRecord = {
  partition: 0,
  key: Buffer.from([0, 159, 146]),
  value: Buffer.from([255, 0, 1]),
  headers: { 'content-type': Buffer.from('application/json'), 'x-raw': Buffer.from([128, 0]) },
};

async function topicWith(records: readonly SinkRecord[]): Promise<string> {
  const topic = uniqueTopic('dead');
  await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
  const sink = await kafka.sink();
  await sink.send(topic, records);
  await sink.close();
  return topic;
}

/** A reader that calls every record a poison one which is not "good". */
async function read(topic: string): Promise<{ source: BatchSource; good: number[] }> {
  const good: number[] = [];
  const source = await kafka.source({
    name: 'dead-letter-spec',
    topics: [topic],
    startOffset: () => 'earliest',
    handler: async ({ partition, records }, signal) => {
      for (const record of records) {
        if (String(record.value) === 'good') good.push(record.offset);
        else await letters.send([{ topic, partition, record, reason: { code: 'BAD', message: 'no é' } }], signal);
      }
    },
  });
  return { source, good };
}

async function deadLettersOf(topic: string): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  await kafka.readAll([deadLetterTopic(topic)], (batch) => Promise.resolve(void records.push(...batch.records)));
  return records;
}

const headersOf = (record: SourceRecord): Record<string, string> =>
  Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, String(value)]));

describe('dead letters', () => {
  test('keep the original bytes and headers and say where they came from; the partition moves on', async () => {
    const topic = await topicWith([GOOD, POISON, GOOD]);
    await kafka.ensureTopics([{ name: deadLetterTopic(topic), partitions: 1 }]);
    const { source, good } = await read(topic);
    await until(() => good.length === 2);
    await source.close();
    const [letter, ...others] = await deadLettersOf(topic);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ key: POISON.key, value: POISON.value, headers: POISON.headers });
    const timestamp = letter!.headers['x-dlq-timestamp'];
    expect(headersOf(letter!)).toMatchObject({
      'x-dlq-topic': topic,
      'x-dlq-partition': '0',
      'x-dlq-offset': '1',
      'x-dlq-error-code': 'BAD',
      'x-dlq-error-message': 'no é',
    });
    expect(Math.abs(Number(String(timestamp)) - Date.now())).toBeLessThan(600_000);
  });

  test('wait while their topic is away: the reader stands still, and nothing is dropped', async () => {
    const topic = await topicWith([POISON, GOOD]);
    const { source, good } = await read(topic);
    await until(() => letters.stalled === 1);
    expect(good).toEqual([]);
    await kafka.ensureTopics([{ name: deadLetterTopic(topic), partitions: 1 }]);
    await until(() => good.length === 1);
    expect(letters.stalled).toBe(0);
    await source.close();
    expect((await deadLettersOf(topic)).map(({ value }) => value)).toEqual([POISON.value]);
  });

  test('give up waiting only when the reader closes', async () => {
    const topic = await topicWith([POISON, GOOD]);
    const { source, good } = await read(topic);
    await until(() => letters.stalled === 1);
    await source.close();
    await source.done;
    expect(good).toEqual([]);
    expect(letters.stalled).toBe(0);
  });

  test('are cut where their topic refuses the size, and say so', async () => {
    const large = { ...POISON, value: Buffer.alloc(50_000, 7) };
    const topic = await topicWith([large, GOOD]);
    const config = { 'max.message.bytes': '20000' };
    await kafka.ensureTopics([{ name: deadLetterTopic(topic), partitions: 1, config }]);
    const { source, good } = await read(topic);
    await until(() => good.length === 1);
    await source.close();
    const [letter] = await deadLettersOf(topic);
    expect(letter!.value).toEqual(large.value.subarray(0, 16 * 1024));
    expect(headersOf(letter!)).toMatchObject({ 'x-dlq-truncated': '50000', 'x-dlq-offset': '0' });
  });
});
