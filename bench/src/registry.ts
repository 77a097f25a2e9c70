import type { BenchmarkEntry } from './benchmark.js';

/** Every benchmark, in alphabetical order. */
export const BENCHMARKS: readonly BenchmarkEntry[] = [
  {
    name: 'codec',
    summary: 'encode and decode interactions as JSON and protobuf, one thread',
    load: async () => (await import('./benchmarks/codec.js')).codec,
  },
  {
    name: 'ingest',
    summary: 'apps/graph from Kafka to synced state: giftware, and a Zipf stream',
    load: async () => (await import('./benchmarks/ingest.js')).ingest,
  },
  {
    name: 'kafka',
    summary: 'produce and batch-consume interactions through the embedded broker, or through KAFKA_BROKERS',
    load: async () => (await import('./benchmarks/kafka.js')).kafka,
  },
  {
    name: 'simulator',
    summary: 'events of the simulated marketplace, made and dropped, one thread',
    load: async () => (await import('./benchmarks/simulator.js')).simulator,
  },
];
