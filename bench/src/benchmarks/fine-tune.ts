import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { operator, prefixedTopic, topic, topicSettings, type TopicName } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { ClusteredShop } from '../clustered-shop.js';
import { ScriptedGraph } from '../scripted-graph.js';
import { TrainerService } from '../trainer-service.js';
import { withKafka } from '../with-kafka.js';

const TOPICS: readonly TopicName[] = ['graph-changes', 'versions', 'embeddings', 'audit'];

/** From the command to fine-tune to the version being announced, on a graph of a given size. */
export const fineTune: Benchmark = {
  options: {
    nodes: { default: 100_000, help: 'products, sellers and categories' },
    edges: { default: 1_000_000, help: 'co-interactions, listings and category edges' },
    changes: { default: 10_000, help: 'changes of the graph since the version before' },
    workers: { default: Math.min(2, availableParallelism()), help: 'threads' },
    'vector-bytes': { default: '256MiB', help: 'THAW_TRAINER_VECTOR_BYTES: it decides how wide vectors are' },
    runs: { default: 1, help: 'fine-tunes; the best counts' },
  },

  run: (context) =>
    withKafka(context, async (kafka, brokers) => {
      const topicPrefix = `fine-tune-${randomUUID().slice(0, 8)}.`;
      await makeTopics(kafka, topicPrefix);
      const size = { nodes: context.number('nodes'), edges: context.number('edges') };
      context.progress(`a shop of ${size.nodes} nodes and ${size.edges} edges`);
      const shop = new ClusteredShop(size);
      const sink = await kafka.sink();
      const { graph, address } = await ScriptedGraph.start(shop, sink, topicPrefix);
      const dataDir = await mkdtemp(join(tmpdir(), 'thaw-bench-fine-tune-'));
      const trainer = await TrainerService.start({
        brokers,
        dataDir,
        topicPrefix,
        graphAddress: address,
        // Nothing but the commands of the benchmark starts a run after the first.
        settings: {
          THAW_TRAINER_MIN_GAP: '24h',
          THAW_TRAINER_WORKERS: String(context.number('workers')),
          THAW_TRAINER_VECTOR_BYTES: context.text('vector-bytes'),
        },
        onWarning: (line) => context.progress(`  trainer: ${line}`),
        signal: context.signal,
      });
      try {
        return await run(context, { graph, trainer, dataDir });
      } finally {
        await trainer.stop();
        graph.stop();
        await sink.close();
        await rm(dataDir, { recursive: true, force: true });
      }
    }),
};

interface Stand {
  readonly graph: ScriptedGraph;
  readonly trainer: TrainerService;
  readonly dataDir: string;
}

async function run(context: BenchmarkContext, { graph, trainer, dataDir }: Stand): Promise<Result[]> {
  const facts = {
    nodes: context.number('nodes'),
    edges: context.number('edges'),
    changes: context.number('changes'),
    workers: context.number('workers'),
  };
  context.progress('the first version, a full retrain');
  const startMs = performance.now();
  const first = await trainer.serving(context.signal);
  const fullSeconds = (performance.now() - startMs) / 1000;
  const fineTunes = [];
  for (let i = 1; i <= context.number('runs'); i++) {
    await graph.change(facts.changes);
    context.progress(`fine-tune ${i}`);
    fineTunes.push(
      await context.measure(() => trainer.run(operator.RunKind.FINE_TUNE, context.progress.bind(context)), {
        threads: facts.workers,
      }),
    );
  }
  const [best] = fineTunes.toSorted((a, b) => a.value.seconds - b.value.seconds);
  if (best === undefined) throw new RangeError('--runs is 0: give 1 or more');
  const { seconds, runPeakRssBytes, trainerPeakRssBytes, version } = best.value;
  const manifest = await manifestOf(dataDir, version.version);
  const stages = Object.entries(manifest.metrics).flatMap(([name, value]): Result[] =>
    name.endsWith('Seconds') && value !== null
      ? [{ metric: `${name.slice(0, -'Seconds'.length)}_seconds`, value, unit: 's', ...facts }]
      : [],
  );
  const figures: [metric: string, value: number, unit: string][] = [
    ['seconds', seconds, 's'],
    ['cpu_seconds', best.cpuSeconds, 's'],
    ['peak_rss_bytes', runPeakRssBytes, 'B'],
    ['trainer_peak_rss_bytes', trainerPeakRssBytes, 'B'],
    ['full_seconds', fullSeconds, 's'],
    ['dimensions', manifest.settings.dimensions, 'columns'],
    ['candidates', manifest.counts.candidates, 'products'],
    ['recall_at_100', version.recallAt100, 'share'],
    ['index_recall', version.indexRecall, 'share'],
  ];
  context.progress(`first ${first.version}, best of the fine-tunes ${version.version}`);
  return [...figures.map(([metric, value, unit]): Result => ({ metric, value, unit, ...facts })), ...stages];
}

interface ManifestFacts {
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly settings: { readonly dimensions: number };
  readonly counts: { readonly candidates: number };
}

/** What the manifest says of the version; it is plain JSON. */
async function manifestOf(dataDir: string, version: string): Promise<ManifestFacts> {
  const text = await readFile(join(dataDir, 'bundles', version, 'manifest.json'), 'utf8');
  return JSON.parse(text) as ManifestFacts;
}

async function makeTopics(kafka: Kafka, prefix: string): Promise<void> {
  await kafka.ensureTopics(
    TOPICS.map((name) => ({
      name: prefixedTopic(prefix, name),
      partitions: topic(name).partitions,
      config: topicSettings(topic(name)),
    })),
  );
}
