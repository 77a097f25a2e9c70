import { resolve } from 'node:path';
import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { DEFAULT_SIMULATION, type SimulationSettings } from '../feed/simulation.js';
import { ConfigSource } from '../session/config-source.js';
import { Output } from '../terminal/output.js';
import type { FeedPlan } from '../up/feed.js';
import { runUp } from '../up/run-up.js';
import { parsePositive, parseRate, parseSeed } from './options.js';

interface UpCommandOptions extends Partial<SimulationSettings> {
  readonly simulate: boolean;
  readonly import?: string;
}

@Command({ name: 'up', description: 'Run all of Thaw on this machine: Kafka, topics, apps, and events to begin with.' })
export class UpCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override run(_: string[], options: UpCommandOptions = { simulate: true }): Promise<void> {
    return runUp({ loaded: this.source.load(), output: this.output, feed: planOf(options) });
  }

  @Option({ flags: '--no-simulate', description: 'feed nothing: you produce the events' })
  simulate(): boolean {
    return false;
  }

  @Option({ flags: '--import <folder>', description: 'feed a data set in CSV instead of the simulated marketplace' })
  import(folder: string): string {
    return folder;
  }

  @Option({ flags: '--scale <n>', description: 'size of the simulated marketplace: 1 is 100 sellers (0.25)' })
  scale(text: string): number {
    return parsePositive(text);
  }

  @Option({ flags: '--rate <events/s>', description: 'simulated events per second, or max (5000)' })
  rate(text: string): number {
    return parseRate(text);
  }

  @Option({ flags: '--seed <n>', description: 'the same seed and scale make the same marketplace (1)' })
  seed(text: string): number {
    return parseSeed(text);
  }

  @Help('after')
  examples(): string {
    return `
Without KAFKA_BROKERS it starts a real Kafka of its own; its data and all state stay in
THAW_DATA_DIR (.thaw). With --import, products need as many customers to be candidates as in
the data set's own candidate set, unless THAW_MIN_CUSTOMERS is set. Ctrl-C stops everything
in order, a second Ctrl-C at once.
With --output json one object with all addresses is printed once everything is started.

Examples:
  $ thaw up
  $ thaw up --rate 20000 --scale 1
  $ thaw up --import ../shared/data/giftware
  $ KAFKA_BROKERS=kafka-1:9092 thaw up --no-simulate`;
  }
}

function planOf({ simulate, import: folder, scale, rate, seed }: UpCommandOptions): FeedPlan {
  if (folder !== undefined) return { kind: 'import', folder: resolve(folder) };
  if (!simulate) return { kind: 'none' };
  const settings = {
    scale: scale ?? DEFAULT_SIMULATION.scale,
    rate: rate ?? DEFAULT_SIMULATION.rate,
    seed: seed ?? DEFAULT_SIMULATION.seed,
  };
  return { kind: 'simulate', settings };
}
