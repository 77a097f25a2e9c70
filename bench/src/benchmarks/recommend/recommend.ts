import { operator, prefixedTopic, topic, topicSettings } from '@thaw/contracts';
import { exactSearch } from '@thaw/index';
import type { Kafka } from '@thaw/kafka';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkContext, Result } from '../../benchmark.js';
import { machineStalls } from '../../harness/spin.js';
import { withKafka } from '../../with-kafka.js';
import { Callers, type Learnt } from './callers.js';
import { CatalogueGraph, type CatalogueVectors, makeVectors, productId, publishVersion } from './catalogue.js';
import { quantile } from './load.js';
import { RecommenderService } from './service.js';

const TOPICS = ['graph-changes', 'versions', 'embeddings'] as const;
const VERSIONS = ['v000001', 'v000002'] as const;
const SEEDS = [1, 2] as const;
const CALLERS = 16;
const RECALL_QUERIES = 200;
/** Calls a second that a core is to answer. Latency is measured at half of that. */
const WANTED_PER_CORE = 1_500;

/** apps/recommender in its own process, over gRPC on loopback: as fast as it goes, at half of what a core is to answer, and while swapped. */
export const recommend: Benchmark = {
  options: {
    candidates: { default: 100_000, help: 'candidates, all in the index' },
    dimensions: { default: 256, help: 'columns of a vector' },
    latent: { default: 32, help: 'directions in which the vectors differ; the more, the harder the search' },
    sellers: { default: 2_000, help: 'sellers that ask in turn' },
    limit: { default: 100, help: 'products asked for' },
    seconds: { default: 20, help: 'length of each load' },
    swaps: { default: 50, help: 'swaps to the other of two versions, one after the other' },
    bundles: { default: '', help: 'folder to keep the two versions in; empty: they are made anew and removed' },
    flags: { default: '', help: 'flags of Node for apps/recommender, such as --cpu-prof' },
  },

  run: (context) =>
    withKafka(context, async (kafka, brokers) => {
      const kept = context.text('bundles');
      const bundleDir = kept === '' ? await mkdtemp(join(tmpdir(), 'thaw-bench-bundles-')) : kept;
      const graph = new CatalogueGraph(sizeOf(context));
      try {
        const vectors = SEEDS.map((seed) =>
          makeVectors(sizeOf(context), context.number('dimensions'), context.number('latent'), seed),
        );
        await buildVersions(context, bundleDir, vectors);
        const prefix = `recommend-${randomUUID().slice(0, 8)}.`;
        await kafka.ensureTopics(
          TOPICS.map((name) => ({
            name: prefixedTopic(prefix, name),
            partitions: topic(name).partitions,
            config: topicSettings(topic(name)),
          })),
        );
        const service = await RecommenderService.start({
          brokers,
          topicPrefix: prefix,
          graphAddress: await graph.listen(),
          bundleDir,
          flags: context
            .text('flags')
            .split(' ')
            .filter((flag) => flag !== ''),
          signal: context.signal,
        });
        const asking = { sellers: context.number('sellers'), limit: context.number('limit') };
        const callers = new Callers({ grpcPort: service.grpcPort, ...asking });
        try {
          return await measure({ context, kafka, prefix, service, callers, vectors: vectors[0]!, graph });
        } finally {
          await callers.close();
          await service.stop();
        }
      } finally {
        graph.close();
        if (kept === '') await rm(bundleDir, { recursive: true, force: true });
      }
    }),
};

const sizeOf = (context: BenchmarkContext) => ({
  candidates: context.number('candidates'),
  sellers: context.number('sellers'),
});

async function buildVersions(
  context: BenchmarkContext,
  bundleDir: string,
  vectors: readonly CatalogueVectors[],
): Promise<void> {
  for (const [i, version] of VERSIONS.entries()) {
    if (existsSync(join(bundleDir, version))) continue;
    context.progress(`building ${version}`);
    await publishVersion(bundleDir, version, sizeOf(context), vectors[i]!, context.signal);
  }
}

interface Parts {
  readonly context: BenchmarkContext;
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly service: RecommenderService;
  readonly callers: Callers;
  /** Of the first version. */
  readonly vectors: CatalogueVectors;
  readonly graph: CatalogueGraph;
}

async function measure({ context, kafka, prefix, service, callers, vectors, graph }: Parts): Promise<Result[]> {
  const { signal } = context;
  const [limit, seconds] = [context.number('limit'), context.number('seconds')];
  const sink = await kafka.sink();
  const announce = async (version: string): Promise<void> => {
    const { SERVING } = operator.VersionState;
    const record = operator.Version.fromPartial({ version, state: SERVING, publishedAtMs: Date.now() });
    const value = Buffer.from(operator.Version.encode(record).finish());
    await sink.send(prefixedTopic(prefix, 'versions'), [{ partition: 0, key: Buffer.from(version), value }]);
    await service.serves(version, signal);
  };
  // Both versions first, for what each of them answers to each seller.
  const learnt: Learnt[] = [];
  for (const version of VERSIONS) {
    await announce(version);
    learnt.push(await callers.learn(RECALL_QUERIES));
  }
  await announce(VERSIONS[0]);
  const recall = await recallAt(limit, vectors, graph, learnt[0]!, signal);
  await callers.closed(CALLERS, 5); // so that V8 has compiled what is hot

  context.progress(`as fast as it goes: ${CALLERS} callers for ${seconds} s`);
  const cpuBefore = service.cpuSeconds;
  const fast = await callers.closed(CALLERS, seconds);
  const perCpuSecond = fast.calls / (service.cpuSeconds - cpuBefore);
  // Where the machine does not reach that, also because others use it, at half of what it reaches.
  const half = Math.floor(Math.min(WANTED_PER_CORE, perCpuSecond, fast.calls / fast.wallSeconds) / 2);
  context.progress(`  ${Math.round(perCpuSecond)} per CPU-second; ${half} calls a second for ${seconds} s`);
  const idle = await callers.open(half, seconds);
  context.progress('stalls of the machine itself');
  const { stalledShare, longestStallMs } = await machineStalls(availableParallelism());

  const swaps = context.number('swaps');
  context.progress(`${swaps} swaps under the same load`);
  const rssBefore = service.rssBytes;
  const swapping = callers.open(half);
  let peakRss = 0;
  for (let swap = 1; swap <= swaps; swap++) {
    await announce(VERSIONS[swap % 2]!);
    peakRss = Math.max(peakRss, service.rssBytes);
  }
  callers.stop();
  const swapped = await swapping;
  await sleep(2_000, undefined, { signal }); // native memory is given back after the last swap
  const rssAfter = service.rssBytes;
  await sink.close();
  const facts = { candidates: context.number('candidates'), dimensions: context.number('dimensions'), limit };
  const p99 = (sorted: Float64Array): number => quantile(sorted, 0.99);
  return [
    {
      metric: 'queries_per_cpu_second',
      value: perCpuSecond,
      unit: '1/s',
      ...facts,
      per_wall_second: fast.calls / fast.wallSeconds,
    },
    { metric: 'errors', value: fast.errors + idle.errors, unit: 'calls', calls: fast.calls + idle.calls },
    { metric: 'p50_seconds', value: quantile(idle.seconds, 0.5), unit: 's', per_second: half },
    { metric: 'p99_seconds', value: p99(idle.seconds), unit: 's', per_second: half },
    { metric: 'machine_stalled_share', value: stalledShare, unit: 'share' },
    { metric: 'machine_longest_stall_seconds', value: longestStallMs / 1000, unit: 's' },
    { metric: 'recall_at_100', value: recall, unit: 'share', queries: RECALL_QUERIES },
    {
      metric: 'swap_errors',
      value: swapped.errors,
      unit: 'calls',
      swaps,
      calls: swapped.calls,
      failures: swapped.failures,
    },
    { metric: 'swap_mixed_answers', value: swapped.wrong, unit: 'answers' },
    { metric: 'swap_p99_seconds', value: p99(swapped.seconds), unit: 's', seconds_a_swap: swapped.wallSeconds / swaps },
    { metric: 'rss_before_swaps_bytes', value: rssBefore, unit: 'bytes' },
    { metric: 'rss_peak_bytes', value: peakRss, unit: 'bytes' },
    { metric: 'rss_after_swaps_bytes', value: rssAfter, unit: 'bytes' },
  ];
}

/** Of the products that exact search would have shown, how many are in the answers. */
async function recallAt(
  limit: number,
  { products, sellers, dimensions }: CatalogueVectors,
  graph: CatalogueGraph,
  answers: Learnt,
  signal: AbortSignal,
): Promise<number> {
  const count = answers.length;
  const rows = Uint32Array.from({ length: products.length / dimensions }, (_, row) => row);
  const queries = sellers.subarray(0, count * dimensions);
  const listings = graph.listingsOf(0).length;
  const exact = await exactSearch({ vectors: products, rows, dimensions }, queries, limit + listings, { signal });
  const shares = exact.map((best, seller) => {
    const listed = new Set(graph.listingsOf(seller));
    const wanted = best
      .map(({ item }) => item)
      .filter((row) => !listed.has(row))
      .slice(0, limit);
    const found = new Set(answers[seller]);
    return wanted.filter((row) => found.has(productId(row))).length / wanted.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
