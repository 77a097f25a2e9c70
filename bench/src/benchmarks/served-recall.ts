import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { operator } from '@thaw/contracts';
import { leastDemand, readEvents, readTestListings } from '@thaw/dataset';
import { DEFAULT_GRAPH_SETTINGS } from '@thaw/graph';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { encodeDatasetEvent, GraphInputs, type InputEvent } from '../graph-inputs.js';
import { WholeThaw } from '../whole-thaw.js';
import { withKafka } from '../with-kafka.js';

const BATCH_EVENTS = 5000;
const K = 100;
const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

/** Recall of what sellers are really answered, on a data set's test listings, beside that of `thaw evaluate`. */
export const servedRecall: Benchmark = {
  options: {
    folder: { default: '../shared/data/giftware', help: 'a data set with test listings' },
    threshold: {
      default: DEFAULT_GRAPH_SETTINGS.coInteractionThreshold,
      help: 'customers that an edge needs to be in the live graph; evaluate chooses among all, from 1 on',
    },
    seeds: { default: 1, help: 'seeds of thaw evaluate; 0 leaves it out' },
  },

  run: (context) =>
    withKafka(context, async (kafka, brokers) => {
      const folder = resolve(context.text('folder'));
      const topicPrefix = `recall-${randomUUID().slice(0, 8)}.`;
      const inputs = await GraphInputs.create(kafka, topicPrefix);
      const dataDir = await mkdtemp(join(tmpdir(), 'thaw-bench-recall-'));
      // Runs by themselves would only take the cores from the one that is asked for.
      const settings = {
        THAW_TRAINER_MIN_LISTINGS: '1000000000',
        THAW_CO_INTERACTION_THRESHOLD: String(context.number('threshold')),
        // The data set's own rule, as `thaw up --import` has it.
        THAW_MIN_CUSTOMERS: String((await leastDemand(folder)) ?? DEFAULT_GRAPH_SETTINGS.minCustomers),
      };
      const thaw = await WholeThaw.start({ brokers, dataDir, topicPrefix, settings, signal: context.signal });
      try {
        const served = await serve(context, folder, inputs, thaw);
        return [...served, ...(await evaluated(context, folder))];
      } finally {
        await thaw.stop();
        await rm(dataDir, { recursive: true, force: true });
      }
    }),
};

async function serve(
  context: BenchmarkContext,
  folder: string,
  inputs: GraphInputs,
  thaw: WholeThaw,
): Promise<Result[]> {
  const { signal } = context;
  const progress = (line: string): void => context.progress(line);
  progress(`feeding ${folder}`);
  let sent = 0;
  let batch: InputEvent[] = [];
  const flush = async (): Promise<void> => {
    await inputs.send(batch);
    sent += batch.length;
    batch = [];
  };
  for await (const event of readEvents(folder))
    if (batch.push(encodeDatasetEvent(event, 'protobuf')) >= BATCH_EVENTS) await flush();
  await flush();
  await thaw.caughtUp(sent, signal, () => undefined);
  const startMs = performance.now();
  await thaw.train(operator.RunKind.FULL, signal, progress);
  const trainSeconds = (performance.now() - startMs) / 1000;
  const { candidates, indexKind, recallAt100 } = await thaw.status();

  const wanted = new Map<string, Set<string>>();
  for await (const { sellerId, productId } of readTestListings(folder)) {
    wanted.set(sellerId, (wanted.get(sellerId) ?? new Set()).add(productId));
  }
  progress(`asking for ${wanted.size} sellers`);
  let [hits, total] = [0, 0];
  for (const [sellerId, products] of wanted) {
    const answer = await thaw.recommend({ seller: { $case: 'sellerId', value: sellerId }, limit: K });
    total += products.size;
    hits += answer.products.filter(({ productId }) => products.has(productId)).length;
  }
  const facts = { candidates, index: indexKind, test_listings: total, train_seconds: trainSeconds };
  return [
    { metric: 'served_recall_at_100', value: hits / total, unit: 'ratio', ...facts },
    { metric: 'gate_recall_at_100', value: recallAt100, unit: 'ratio' },
  ];
}

interface Evaluation {
  readonly models: readonly { readonly name: string; readonly recall_at_100: number }[];
}

async function evaluated(context: BenchmarkContext, folder: string): Promise<Result[]> {
  const seeds = context.number('seeds');
  if (seeds === 0) return [];
  context.progress('thaw evaluate');
  const args = [CLI, 'evaluate', folder, '--models', 'waml', '--seeds', String(seeds), '--output', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal: context.signal });
  const { models } = JSON.parse(stdout) as Evaluation;
  return models.map(({ recall_at_100: value }) => ({ metric: 'evaluated_recall_at_100', value, unit: 'ratio', seeds }));
}
