import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka, startEmbeddedBroker, type Kafka, type LogFunction } from '@thaw/kafka';
import { kafkaConnection, loadConfig, processEnvironment } from '@thaw/platform';
import type { BenchmarkContext } from './benchmark.js';

/**
 * Runs `work` against the cluster of KAFKA_BROKERS, or else against an embedded broker with empty data that is started
 * for it and is gone afterwards.
 */
export async function withKafka<T>(
  context: BenchmarkContext,
  work: (kafka: Kafka, brokers: string) => Promise<T>,
): Promise<T> {
  const { config } = loadConfig(processEnvironment());
  const log: LogFunction = (level, message) => {
    if (level === 'warn' || level === 'error') context.progress(message);
  };
  const connected = async (brokers: readonly string[]): Promise<T> => {
    const kafka = createKafka(kafkaConnection(config.kafka, brokers, 'thaw-bench'), log);
    try {
      return await work(kafka, brokers.join(','));
    } finally {
      await kafka.close();
    }
  };
  if (config.kafka.brokers !== undefined) return connected(config.kafka.brokers);
  const dataDir = await mkdtemp(join(tmpdir(), 'thaw-bench-'));
  try {
    context.progress('starting a broker');
    const { mavenRepository } = config.kafka;
    const broker = await startEmbeddedBroker({
      dataDir,
      cacheDir: config.paths.cacheDir,
      ...(mavenRepository !== undefined && { mavenRepository }),
      log,
      signal: context.signal,
    });
    try {
      return await connected([broker.bootstrap]);
    } finally {
      await broker.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
