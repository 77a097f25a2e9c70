import type { BenchmarkEntry } from './benchmark.js';

/** Every benchmark, in alphabetical order. */
export const BENCHMARKS: readonly BenchmarkEntry[] = [
  {
    name: 'burst',
    summary: 'apps/graph under minutes of ten times its usual load: lag, memory, and how fast it catches up',
    load: async () => (await import('./benchmarks/burst.js')).burst,
  },
  {
    name: 'codec',
    summary: 'encode and decode interactions as JSON and protobuf, one thread',
    load: async () => (await import('./benchmarks/codec.js')).codec,
  },
  {
    name: 'fine-tune',
    summary: 'apps/trainer from the command to fine-tune to the announced version, on a graph of a given size',
    load: async () => (await import('./benchmarks/fine-tune.js')).fineTune,
  },
  {
    name: 'freshness',
    summary: 'the whole of Thaw under load: from an acknowledged event to the first answer that obeys it',
    load: async () => (await import('./benchmarks/freshness.js')).freshness,
  },
  {
    name: 'index',
    summary: 'the index alone: build, load, searches for 100 per CPU-second, recall against exact search',
    load: async () => (await import('./benchmarks/index-search.js')).indexSearch,
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
    name: 'network',
    summary: 'Recall@100 with and without the trained network on a simulated marketplace of 500,000 listings',
    load: async () => (await import('./benchmarks/network.js')).network,
  },
  {
    name: 'propagate',
    summary: 'WAML layers over a random reduced graph, beside PyTorch and the speed of the memory',
    load: async () => (await import('./benchmarks/propagate.js')).propagate,
  },
  {
    name: 'recommend',
    summary: 'apps/recommender over gRPC: queries per CPU-second, their tail, and 50 swaps under load',
    load: async () => (await import('./benchmarks/recommend/recommend.js')).recommend,
  },
  {
    name: 'served-recall',
    summary: 'Recall@100 of what sellers are answered over gRPC on a data set, beside that of thaw evaluate',
    load: async () => (await import('./benchmarks/served-recall.js')).servedRecall,
  },
  {
    name: 'simulator',
    summary: 'events of the simulated marketplace, made and dropped, one thread',
    load: async () => (await import('./benchmarks/simulator.js')).simulator,
  },
  {
    name: 'train',
    summary: 'training steps of the network on every tensor backend, beside PyTorch; what 2,000 steps leave behind',
    load: async () => (await import('./benchmarks/train.js')).train,
  },
];
