import { Inject } from '@nestjs/common';
import { createLogger } from '@thaw/platform';
import { ShapeMeasure, compareWithPaper, createMarketplace } from '@thaw/simulator';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { EventWriter } from '../feed/event-writer.js';
import { DEFAULT_SIMULATION, type SimulationSettings, runSimulation } from '../feed/simulation.js';
import { ConfigSource } from '../session/config-source.js';
import { interruptible } from '../session/interrupt.js';
import { ensureTopics, openKafka } from '../session/kafka.js';
import { count, duration } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { openProgress } from '../terminal/progress.js';
import { parseDuration, parsePositive, parseRate, parseSeed } from './options.js';
import { shapeTable } from './shape-table.js';

interface SimulateOptions extends Partial<SimulationSettings> {
  readonly duration?: number;
  readonly events?: number;
  readonly dryRun?: boolean;
  readonly stats?: boolean;
}

interface RunResult {
  readonly events: number;
  readonly byTopic: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly shape: ReturnType<typeof compareWithPaper> | undefined;
  /** Events until the marketplace has its full size, which is what the paper's counts per seller are compared with. */
  readonly warmUpEvents: number;
}

/** Dry runs date their events themselves, so that the same seed gives the same events, byte for byte. */
const DRY_RUN_START_MS = Date.UTC(2026, 0, 1);
const DRY_RUN_BATCH = 10_000;

@Command({ name: 'simulate', description: 'Feed a simulated marketplace, which never stops, onto the topics.' })
export class SimulateCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(_: string[], options: SimulateOptions = {}): Promise<void> {
    const settings = { ...DEFAULT_SIMULATION, ...options };
    const { value, interruptedExitCode } = await interruptible((signal) =>
      settings.dryRun === true ? this.generate(settings, signal) : this.feed(settings, signal),
    );
    const eventsPerSecond = Math.round(value.events / value.seconds);
    const isGrown = value.events >= value.warmUpEvents;
    const { scale, seed, dryRun = false } = settings;
    this.output.result({ ...value, shape: value.shape ?? null, eventsPerSecond, scale, seed, dryRun }, () => {
      const verb = dryRun ? 'generated' : 'acknowledged';
      const took = `${duration(value.seconds * 1000)} (${count(eventsPerSecond)}/s)`;
      const line = `${count(value.events)} events ${verb} in ${took}.`;
      if (value.shape === undefined) return line;
      const growing = `It is still growing (until ${count(value.warmUpEvents)} events): counts per seller are not reached yet.`;
      return `${shapeTable(value.shape)}\n\n${line}${isGrown ? '' : `\n${growing}`}`;
    });
    const isOff = isGrown && value.shape?.some(({ claimed, holds }) => claimed && !holds) === true;
    if (interruptedExitCode !== undefined && settings.duration === undefined) process.exitCode = interruptedExitCode;
    else if (isOff) process.exitCode = EXIT.failure;
  }

  @Option({ flags: '--scale <n>', description: 'size: 1 is 100 sellers, 100,000 customers, 100,000 products (0.25)' })
  scale(text: string): number {
    return parsePositive(text);
  }

  @Option({ flags: '--rate <events/s>', description: 'events per second, or max (5000)' })
  rate(text: string): number {
    return parseRate(text);
  }

  @Option({ flags: '--seed <n>', description: 'the same seed and scale make the same marketplace (1)' })
  seed(text: string): number {
    return parseSeed(text);
  }

  @Option({ flags: '--duration <time>', description: 'stop after this time: 90s, 5m, 1h (never)' })
  duration(text: string): number {
    return parseDuration(text);
  }

  @Option({ flags: '--events <n>', description: 'stop after this many events (never; with --dry-run: when grown)' })
  events(text: string): number {
    return Math.ceil(parsePositive(text));
  }

  @Option({ flags: '--dry-run', description: 'only generate: no Kafka needed' })
  dryRun(): boolean {
    return true;
  }

  @Option({ flags: '--stats', description: "compare the marketplace's shape with the paper's tables 1 and 5" })
  stats(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
The marketplace grows for a while (at scale 0.25 for some 900,000 events) and then turns over:
products come, are found by customers, listed by sellers, and go. --stats keeps all of it in
memory and exits with 1 when the marketplace has grown and a shape that it promises is off by
more than 15 %.

Examples:
  $ thaw simulate --rate 20000 --duration 5m
  $ thaw simulate --dry-run --stats --scale 1`;
  }

  private async generate(options: SimulateOptions & SimulationSettings, signal: AbortSignal): Promise<RunResult> {
    const { scale, seed, rate, stats } = options;
    const msPerEvent = Number.isFinite(rate) ? 1000 / rate : 1;
    const market = createMarketplace({ seed, scale, clock: (number) => DRY_RUN_START_MS + number * msPerEvent });
    const total = options.events ?? market.sizes.warmUpEvents;
    const measure = stats === true ? new ShapeMeasure() : undefined;
    const progress = openProgress({ unit: 'events', total, startedAt: 0, note: (line) => this.output.note(line) });
    const startMs = performance.now();
    const endMs = startMs + (options.duration ?? Infinity);
    let events = 0;
    while (events < total && performance.now() < endMs && !signal.aborted) {
      const batch = market.next(Math.min(DRY_RUN_BATCH, total - events));
      for (const event of batch) measure?.add(event);
      events += batch.length;
      progress.update(events);
      await new Promise((resolve) => setImmediate(resolve)); // lets a signal in
    }
    progress.close();
    const seconds = (performance.now() - startMs) / 1000;
    const shape = measure && compareWithPaper(measure.shape());
    return { events, byTopic: market.stats().delivered, seconds, shape, warmUpEvents: market.sizes.warmUpEvents };
  }

  private async feed(options: SimulateOptions & SimulationSettings, interrupted: AbortSignal): Promise<RunResult> {
    const { config, secrets } = this.source.load();
    const level = this.output.isVerbose ? 'debug' : 'warn';
    const logger = createLogger({ ...config.log, level, secrets, fd: 2 });
    const note = (line: string) => this.output.note(line);
    const session = await openKafka({ config, logger, signal: interrupted, onProgress: note });
    try {
      await ensureTopics(session.kafka, config.kafka.topicPrefix);
      const sink = await session.kafka.sink();
      const writer = new EventWriter(sink, config.kafka.topicPrefix);
      const measure = options.stats === true ? new ShapeMeasure() : undefined;
      const progress = openProgress({ unit: 'events', total: options.events, startedAt: 0, note });
      const { duration: durationMs, events: maxEvents } = options;
      const signal =
        durationMs === undefined ? interrupted : AbortSignal.any([interrupted, AbortSignal.timeout(durationMs)]);
      note(`Feeding ${session.brokers.join(', ')}; Ctrl-C stops.`);
      const startMs = performance.now();
      let warmUpEvents: number;
      try {
        const market = await runSimulation({
          ...options,
          writer,
          sink,
          signal,
          onBatch: (events) => {
            for (const event of events) measure?.add(event);
            progress.update(writer.total);
          },
          ...(maxEvents !== undefined && { maxEvents }),
        });
        warmUpEvents = market.sizes.warmUpEvents;
      } finally {
        progress.close();
        await sink.close();
      }
      const seconds = (performance.now() - startMs) / 1000;
      const shape = measure && compareWithPaper(measure.shape());
      return { events: writer.total, byTopic: { ...writer.acknowledged }, seconds, shape, warmUpEvents };
    } finally {
      await session.close();
    }
  }
}
