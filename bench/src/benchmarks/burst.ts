import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMarketplace } from '@thaw/simulator';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { encodeSimulated, GraphInputs } from '../graph-inputs.js';
import { GraphService } from '../graph-service.js';
import { withKafka } from '../with-kafka.js';

/** Events are sent in portions of this length. */
const PORTION_MS = 100;
const SAMPLE_EVERY_MS = 5_000;
const STATE_MEMORY = 'thaw_graph_state_memory_bytes';

/** Ten times the usual load for minutes: lag may grow, memory must not, and afterwards the lag goes away again. */
export const burst: Benchmark = {
  options: {
    rate: { default: 5_000, help: 'usual events per second' },
    factor: { default: 10, help: 'the burst is this many times as much' },
    minutes: { default: 5, help: 'length of the burst' },
    scale: { default: 0.25, help: 'size of the simulated marketplace' },
  },

  run: (context) =>
    withKafka(context, async (kafka, brokers) => {
      const inputs = await GraphInputs.create(kafka, `burst-${randomUUID().slice(0, 8)}.`);
      const dataDir = await mkdtemp(join(tmpdir(), 'thaw-bench-burst-'));
      const options = { brokers, dataDir, topicPrefix: inputs.prefix, settings: {}, signal: context.signal };
      const service = await GraphService.start(options);
      try {
        return await run(context, inputs, service);
      } finally {
        await service.stop();
        await rm(dataDir, { recursive: true, force: true });
      }
    }),
};

interface Sample {
  readonly atMs: number;
  readonly consumed: number;
  readonly lag: number;
  readonly rssBytes: number;
  /** What the state takes of it: it grows with what was consumed, burst or not. */
  readonly stateBytes: number;
}

async function run(context: BenchmarkContext, inputs: GraphInputs, service: GraphService): Promise<Result[]> {
  const rate = context.number('rate');
  const burstMs = context.number('minutes') * 60_000;
  const source = new LoadSource(inputs, context.number('scale'));
  const phase = async (name: string, perSecond: number, lengthMs: number): Promise<Sample[]> => {
    context.progress(`${name}: ${perSecond} events/s for ${lengthMs / 1000} s`);
    const samples: Sample[] = [];
    const endMs = performance.now() + lengthMs;
    for (let nextSampleMs = 0; performance.now() < endMs;) {
      await source.portion(perSecond, context.signal);
      if (performance.now() < nextSampleMs) continue;
      nextSampleMs = performance.now() + SAMPLE_EVERY_MS;
      samples.push(await sample(service, source.produced));
      const { consumed, lag, rssBytes } = samples.at(-1)!;
      context.progress(`  consumed ${consumed}, lag ${lag}, RSS ${Math.round(rssBytes / 1e6)} MB`);
    }
    return samples;
  };

  const usual = await phase('usual load', rate, 60_000);
  const burstSamples = await phase('burst', rate * context.number('factor'), burstMs);
  const lag = (await sample(service, source.produced)).lag;
  context.progress(`burst over: catching up with ${lag} events`);
  const startMs = performance.now();
  const peakRssBytes = await service.peakRssBytes();
  let toldMs = startMs;
  await service.consumed(source.produced, context.signal, (consumed) => {
    if (performance.now() - toldMs < SAMPLE_EVERY_MS) return;
    toldMs = performance.now();
    context.progress(`  consumed ${consumed}, lag ${source.produced - consumed}`);
  });
  const seconds = (performance.now() - startMs) / 1000;
  const half = Math.floor(burstSamples.length / 2);
  const peak = (samples: readonly Sample[]): number => Math.max(...samples.map(({ rssBytes }) => rssBytes));
  const beyondState = (samples: readonly Sample[]): number =>
    Math.max(...samples.map(({ rssBytes, stateBytes }) => rssBytes - stateBytes));
  return [
    { metric: 'burst_events', value: source.produced, unit: 'events' },
    { metric: 'lag_at_end_of_burst', value: lag, unit: 'events' },
    { metric: 'catch_up_events_per_second', value: lag / seconds, unit: '1/s', catch_up_seconds: seconds },
    { metric: 'rss_usual_bytes', value: peak(usual), unit: 'bytes' },
    { metric: 'rss_first_half_bytes', value: peak(burstSamples.slice(0, half)), unit: 'bytes' },
    { metric: 'rss_second_half_bytes', value: peak(burstSamples.slice(half)), unit: 'bytes' },
    { metric: 'beyond_state_first_half_bytes', value: beyondState(burstSamples.slice(0, half)), unit: 'bytes' },
    { metric: 'beyond_state_second_half_bytes', value: beyondState(burstSamples.slice(half)), unit: 'bytes' },
    { metric: 'peak_rss_bytes', value: peakRssBytes, unit: 'bytes' },
    { metric: 'state_memory_bytes', value: await service.metric(STATE_MEMORY), unit: 'bytes' },
  ];
}

async function sample(service: GraphService, produced: number): Promise<Sample> {
  const consumed = await service.metric('thaw_graph_events_total');
  const [rssBytes, stateBytes] = await Promise.all([service.rssBytes(), service.metric(STATE_MEMORY)]);
  return { atMs: performance.now(), consumed, lag: produced - consumed, rssBytes, stateBytes };
}

/** Produces simulated events at a rate, as far as the machine can. */
class LoadSource {
  produced = 0;
  readonly #marketplace;
  #dueMs = performance.now();

  constructor(
    readonly inputs: GraphInputs,
    scale: number,
  ) {
    const startMs = Date.now() - 86_400_000;
    this.#marketplace = createMarketplace({ seed: 1, scale, clock: (number) => startMs + number });
  }

  /** One portion of the load, and the wait until the next is due. */
  async portion(perSecond: number, signal: AbortSignal): Promise<void> {
    const events = this.#marketplace.next(Math.round((perSecond * PORTION_MS) / 1000));
    await this.inputs.send(events.map((event) => encodeSimulated(event, 'protobuf')));
    this.produced += events.length;
    const now = performance.now();
    this.#dueMs = Math.max(this.#dueMs + PORTION_MS, now - PORTION_MS);
    signal.throwIfAborted();
    if (this.#dueMs > now) await new Promise((resolve) => setTimeout(resolve, this.#dueMs - now));
  }
}
