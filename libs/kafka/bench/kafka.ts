import { randomUUID } from 'node:crypto';
import { createKafka, type Kafka, type LogFunction, partitionForKey, type SinkRecord } from '@thaw/kafka';

const PARTITIONS = 6;
const RECORDS_PER_SEND = 2000;
const CUSTOMERS = 5000;
const PRODUCTS = 3000;

export interface KafkaBenchOptions {
  readonly events: number;
  readonly bootstrap: string;
  readonly log: LogFunction;
}

export interface KafkaBenchResult {
  readonly events: number;
  readonly producePerSecond: number;
  readonly consumePerSecond: number;
  /** CPU-seconds of this process, all threads; the broker's own are not in it. */
  readonly produceCpuSeconds: number;
  readonly consumeCpuSeconds: number;
}

/**
 * Writes interactions as the importer does (JSON of about 150 bytes, keyed by customer, explicit partitions,
 * acks=all), then reads them all back in batches without decoding. The topic is deleted afterwards.
 */
export async function runKafkaBench({ events, bootstrap, log }: KafkaBenchOptions): Promise<KafkaBenchResult> {
  const kafka = createKafka({ brokers: [bootstrap], clientId: 'thaw-bench' }, log);
  const topic = `thaw-bench-${randomUUID()}`;
  await kafka.ensureTopics([{ name: topic, partitions: PARTITIONS }]);
  try {
    const produced = await measure(() => produce(kafka, topic, events));
    const consumed = await measure(() => consume(kafka, topic, events));
    return {
      events,
      producePerSecond: events / produced.wallSeconds,
      consumePerSecond: events / consumed.wallSeconds,
      produceCpuSeconds: produced.cpuSeconds,
      consumeCpuSeconds: consumed.cpuSeconds,
    };
  } finally {
    await kafka.deleteTopics([topic]);
    await kafka.close();
  }
}

/** From the first send to the last acknowledgement. */
async function produce(kafka: Kafka, topic: string, events: number): Promise<void> {
  const sink = await kafka.sink();
  const sends: Promise<void>[] = [];
  for (let from = 0; from < events; from += RECORDS_PER_SEND) {
    await sink.writable();
    const count = Math.min(RECORDS_PER_SEND, events - from);
    sends.push(
      sink.send(
        topic,
        Array.from({ length: count }, (_, i) => interaction(from + i)),
      ),
    );
  }
  await Promise.all(sends);
  await sink.close();
}

/** From joining the group to the last record. */
async function consume(kafka: Kafka, topic: string, events: number): Promise<void> {
  let received = 0;
  await kafka.readAll([topic], ({ records }) => {
    received += records.length;
    return Promise.resolve();
  });
  if (received !== events) throw new Error(`${events} events were written and ${received} read`);
}

function interaction(i: number): SinkRecord {
  const customer = `customer-${(i * 7919) % CUSTOMERS}`;
  const event = {
    customerId: customer,
    productId: `product-${(i * 104_729) % PRODUCTS}`,
    kind: 'purchase',
    occurredAt: new Date(1_700_000_000_000 + i * 1000).toISOString(),
    source: 'import/interactions.csv',
  };
  const key = Buffer.from(customer);
  return { partition: partitionForKey(key, PARTITIONS), key, value: Buffer.from(JSON.stringify(event)) };
}

async function measure(work: () => Promise<void>): Promise<{ wallSeconds: number; cpuSeconds: number }> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallSeconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallSeconds, cpuSeconds: (user + system) / 1e6 };
}
