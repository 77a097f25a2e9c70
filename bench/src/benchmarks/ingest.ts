import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeInteraction, type Encoding } from '@thaw/contracts';
import { readEvents } from '@thaw/dataset';
import type { Kafka } from '@thaw/kafka';
import { Random } from '@thaw/simulator';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { encodeDatasetEvent, GraphInputs, type InputEvent } from '../graph-inputs.js';
import { GraphService } from '../graph-service.js';
import { LivenessProbe } from '../liveness-probe.js';
import { withKafka } from '../with-kafka.js';
import { zipf } from '../zipf.js';

const BATCH_RECORDS = 5_000;

interface Workload {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly events: AsyncIterable<InputEvent> | Iterable<InputEvent>;
}

/** From Kafka to synced state: apps/graph as it is run, over topics that are full when it starts. */
export const ingest: Benchmark = {
  options: {
    workloads: { default: 'giftware,zipf', help: 'which to run: giftware, zipf, curve (up to 50 M pairs)' },
    data: { default: '../shared/data/giftware', help: 'folder of the giftware data set' },
    events: { default: 400_000, help: 'interactions of the zipf workload' },
    encoding: { default: 'json', help: 'json or protobuf' },
  },

  async run(context) {
    const results: Result[] = [];
    for (const name of context.text('workloads').split(',')) {
      const workload = workloadNamed(name, context);
      if (workload === undefined) continue;
      results.push(
        ...(await withKafka(context, async (kafka, brokers) => measureIngest(context, kafka, brokers, workload))),
      );
    }
    return results;
  },
};

function workloadNamed(name: string, context: BenchmarkContext): Workload | undefined {
  const encoding = context.text('encoding') === 'protobuf' ? 'protobuf' : 'json';
  if (name === 'giftware') {
    const folder = resolve(context.text('data'));
    if (existsSync(folder)) return { name, settings: {}, events: datasetEvents(folder, encoding) };
    context.progress(`giftware skipped: there is no folder ${context.text('data')} (set --data)`);
    return undefined;
  }
  const events = context.number('events');
  if (name === 'zipf') {
    const shape = { events, customers: 20_000, customerExponent: 0.8, products: 200_000, productExponent: 1 };
    return { name, settings: { THAW_HISTORY_LIMIT: '50' }, events: zipfEvents(shape, encoding) };
  }
  if (name === 'curve') {
    const shape = {
      events: events * 3,
      customers: 8_000,
      customerExponent: 0.3,
      products: 400_000,
      productExponent: 0.8,
    };
    return { name, settings: { THAW_HISTORY_LIMIT: '200' }, events: zipfEvents(shape, encoding) };
  }
  throw new RangeError(`there is no workload ${name}: use giftware, zipf or curve`);
}

async function* datasetEvents(folder: string, encoding: Encoding): AsyncGenerator<InputEvent> {
  for await (const event of readEvents(folder)) yield encodeDatasetEvent(event, encoding);
}

interface ZipfShape {
  readonly events: number;
  readonly customers: number;
  readonly customerExponent: number;
  readonly products: number;
  readonly productExponent: number;
}

function* zipfEvents(shape: ZipfShape, encoding: Encoding): Generator<InputEvent> {
  const source = new Random(7);
  const random = (): number => source.float();
  const customer = zipf(shape.customers, shape.customerExponent, random);
  const product = zipf(shape.products, shape.productExponent, random);
  const startMs = Date.UTC(2026, 0, 1);
  for (let number = 0; number < shape.events; number++) {
    const event = {
      customerId: `customer-${customer()}`,
      productId: `product-${product()}`,
      type: 'view' as const,
      eventTimeMs: startMs + number * 10,
    };
    yield { topic: 'interactions', record: encodeInteraction(event, encoding) };
  }
}

async function measureIngest(
  context: BenchmarkContext,
  kafka: Kafka,
  brokers: string,
  workload: Workload,
): Promise<Result[]> {
  const inputs = await GraphInputs.create(kafka, `bench-${randomUUID().slice(0, 8)}.`);
  const dataDir = await mkdtemp(join(tmpdir(), 'thaw-bench-graph-'));
  try {
    context.progress(`${workload.name}: producing`);
    const produced = await produce(inputs, workload.events);
    context.progress(`${workload.name}: ${produced} records; starting apps/graph`);
    const options = {
      brokers,
      dataDir,
      topicPrefix: inputs.prefix,
      settings: workload.settings,
      signal: context.signal,
    };
    const measured = await context.measure(() => consume(context, options, produced), { threads: 2 });
    return measured.value.map((result) => ({ ...result, workload: workload.name }));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function consume(
  context: BenchmarkContext,
  options: Parameters<typeof GraphService.start>[0],
  records: number,
): Promise<Result[]> {
  const service = await GraphService.start(options);
  try {
    const curve: Result[] = [];
    let last = { increments: 0, cpu: 0, pairs: 0 };
    let announced = 0;
    const probe = new LivenessProbe(service.httpUrl);
    await service.consumed(records, context.signal, async (done) => {
      if (done - announced < records / 10) return;
      announced = done;
      context.progress(`  ${Math.round((100 * done) / records)} % consumed`);
      const point = await sample(service, last);
      if (point.result) curve.push(point.result);
      last = point.next;
    });
    const livezP99Seconds = await probe.stop();
    const cpuSeconds = await service.cpuSeconds();
    const wallSeconds =
      (await service.metric('thaw_graph_last_commit_timestamp_seconds')) - service.consumingAtMs / 1000;
    const increments = await totalIncrements(service);
    const pairs = await service.metric('thaw_graph_funnel', 'stage="pairs"');
    const storeBytes = await service.metric('thaw_graph_store_bytes');
    const facts = { wall_seconds: wallSeconds, cpu_seconds: cpuSeconds, increments, records, pairs };
    return [
      { metric: 'increments_per_cpu_second', value: increments / cpuSeconds, unit: '1/s', ...facts },
      { metric: 'increments_per_second', value: increments / wallSeconds, unit: '1/s' },
      { metric: 'events_per_second', value: records / wallSeconds, unit: '1/s' },
      { metric: 'events_per_cpu_second', value: records / cpuSeconds, unit: '1/s' },
      { metric: 'livez_p99_seconds', value: livezP99Seconds, unit: 's' },
      { metric: 'peak_rss_bytes', value: await service.peakRssBytes(), unit: 'bytes' },
      { metric: 'state_memory_bytes', value: await service.metric('thaw_graph_state_memory_bytes'), unit: 'bytes' },
      { metric: 'bytes_per_pair', value: storeBytes / pairs, unit: 'bytes', store_bytes: storeBytes },
      ...curve,
    ];
  } finally {
    await service.stop();
  }
}

/** What an increment cost since the last sample, at the number of pairs that there are. */
async function sample(service: GraphService, last: { increments: number; cpu: number; pairs: number }) {
  const increments = await totalIncrements(service);
  const cpu = await service.cpuSeconds();
  const pairs = await service.metric('thaw_graph_funnel', 'stage="pairs"');
  const next = { increments, cpu, pairs };
  if (increments === last.increments) return { next: last };
  const value = ((cpu - last.cpu) * 1e6) / (increments - last.increments);
  return { next, result: { metric: 'cpu_microseconds_per_increment', value, unit: 'µs', at_pairs: pairs } };
}

async function totalIncrements(service: GraphService): Promise<number> {
  const raised = await service.metric('thaw_graph_pair_increments_total');
  return raised + (await service.metric('thaw_graph_pair_decrements_total'));
}

async function produce(inputs: GraphInputs, events: Workload['events']): Promise<number> {
  let count = 0;
  let batch: InputEvent[] = [];
  for await (const event of events) {
    batch.push(event);
    count += 1;
    if (batch.length < BATCH_RECORDS) continue;
    await inputs.send(batch);
    batch = [];
  }
  await inputs.send(batch);
  await inputs.sink.close();
  return count;
}
