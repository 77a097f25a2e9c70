import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import { createKafka } from '../kafkajs/kafka.js';
import type { Kafka, LogFunction } from '../port.js';
import { HOST, portTaken } from './ports.js';

const POLL_MS = 50;

/**
 * Waits until the broker serves: it answers as the cluster that was formatted, and a record that goes into a topic
 * comes out of it through a consumer group. An open port alone says none of this.
 */
export async function waitUntilReady(
  port: number,
  clusterId: string,
  log: LogFunction,
  signal: AbortSignal,
): Promise<void> {
  while (!(await accepts(port))) await sleep(POLL_MS, undefined, { signal });
  const quiet: LogFunction = (_, message, fields) => log('debug', message, fields);
  const kafka = createKafka({ brokers: [`${HOST}:${port}`], clientId: 'thaw-embedded-probe' }, quiet);
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        await requireCluster(kafka, port, clusterId);
        await roundTrip(kafka);
        return;
      } catch (error) {
        if (error instanceof ThawError && error.code === 'BROKER_PORT_TAKEN') throw error;
        quiet('debug', 'broker not ready yet', { reason: String(error) });
        await sleep(POLL_MS, undefined, { signal });
      }
    }
  } finally {
    await kafka.close();
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true)).once('error', settle(false));
  });
}

async function requireCluster(kafka: Kafka, port: number, clusterId: string): Promise<void> {
  const { clusterId: found } = await kafka.ping();
  if (found !== clusterId) throw portTaken(port, `another Kafka (cluster ${found})`);
}

async function roundTrip(kafka: Kafka): Promise<void> {
  const topic = `thaw-ready-${randomUUID()}`;
  await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
  const sink = await kafka.sink({ attempts: 5 });
  try {
    await sink.send(topic, [{ partition: 0, key: null, value: Buffer.from('ready') }]);
  } finally {
    await sink.close();
  }
  let received = 0;
  await kafka.readAll([topic], ({ records }) => {
    received += records.length;
    return Promise.resolve();
  });
  await kafka.deleteTopics([topic]);
  if (received !== 1) throw new Error(`the probe record came back ${received} times`);
}
