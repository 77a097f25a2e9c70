import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIndex, type Hit, nativeBuild, openIndex, type ServingIndex } from '@thaw/index';
import type { Benchmark, BenchmarkContext, Measured, Result } from '../benchmark.js';
import { marketVectors, type MarketVectors } from './index-vectors.js';

const K = 100;
/** Other sellers than those that the build chose efSearch by. */
const RECALL_QUERIES = 200;

/** The index by itself, on one thread: build, load, search, recall, and how long the loop stands still at a close. */
export const indexSearch: Benchmark = {
  options: {
    rows: { default: 100_000, help: 'candidates' },
    dimensions: { default: 256, help: 'columns of a vector' },
    queries: { default: 2_000, help: 'searches that are timed, each for 100' },
  },

  async run(context) {
    const [count, dimensions] = [context.number('rows'), context.number('dimensions')];
    context.progress(`vectors of a marketplace: ${count} products`);
    const market = await marketVectors(count, dimensions, Math.min(2, availableParallelism()));
    const folder = await mkdtemp(join(tmpdir(), 'thaw-bench-index-'));
    try {
      return await run(context, market, join(folder, 'index.hnsw'), count, dimensions);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function run(
  context: BenchmarkContext,
  { products, sellers }: MarketVectors,
  path: string,
  count: number,
  dimensions: number,
): Promise<Result[]> {
  const { signal } = context;
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const source = { vectors: products, rows, dimensions };
  const recallQueries = sellers.subarray(-RECALL_QUERIES * dimensions);
  const known = sellers.subarray(0, sellers.length - recallQueries.length);
  let told = 0;
  const onProgress = (done: number, total: number): void => {
    const percent = Math.floor((100 * done) / total);
    if (percent >= told + 10) context.progress(`built ${(told = percent)} %`);
  };
  const built = await context.measure(() => buildIndex({ ...source, path, queries: known, onProgress, signal }));
  const { settings, bytes, recallAt100 } = built.value;

  const ids = Array.from({ length: count }, (_, row) => `product-${row}`);
  const rssBefore = process.memoryUsage().rss;
  const open = (): Promise<ServingIndex> => openIndex({ version: 'v000001', settings, path, ids, ...source, signal });
  const loaded = await context.measure(open);
  const rssBytes = process.memoryUsage().rss - rssBefore;
  const index = loaded.value;
  context.progress(`searches (${JSON.stringify(settings)})`);
  const searched = await timed(context, index, known, dimensions);
  const recall = await index.recallAgainstExact(recallQueries, K, signal);
  const startMs = performance.now();
  index.close();
  const closeSeconds = (performance.now() - startMs) / 1_000;

  const native = nativeBuild() ?? 'none';
  const facts = { rows: count, dimensions, k: K, native, ...settings };
  const figures: [metric: string, value: number, unit: string][] = [
    ['recall_at_100', recall, ''],
    ['recall_at_100_when_built', recallAt100, ''],
    ['queries_per_cpu_second', context.number('queries') / searched.cpuSeconds, '1/s'],
    ['build_seconds', built.wallSeconds, 's'],
    ['build_cpu_seconds', built.cpuSeconds, 's'],
    ['load_seconds', loaded.wallSeconds, 's'],
    ['load_cpu_seconds', loaded.cpuSeconds, 's'],
    ['close_seconds', closeSeconds, 's'],
    ['file_bytes', bytes, 'B'],
    ['rss_bytes', rssBytes, 'B'],
  ];
  return figures.map(([metric, value, unit]): Result => ({ metric, value, unit, ...facts }));
}

async function timed(
  context: BenchmarkContext,
  index: ServingIndex,
  sellers: Float32Array,
  dimensions: number,
): Promise<Measured<Hit[]>> {
  const count = sellers.length / dimensions;
  const search = (queries: number): Hit[] => {
    let last: Hit[] = [];
    for (let i = 0; i < queries; i++) {
      const at = (i % count) * dimensions;
      last = index.search(sellers.subarray(at, at + dimensions), K);
    }
    return last;
  };
  search(Math.ceil(context.number('queries') / 10));
  return context.measure(() => search(context.number('queries')));
}
