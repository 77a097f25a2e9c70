import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { parseTimestamp } from '@thaw/dataset';
import {
  DEFAULT_GOWALLA_OPTIONS,
  evaluate,
  evaluateGowalla,
  formatTable,
  htmlReport,
  isBipartiteFolder,
  loadTask,
  MODEL_NAMES,
  modelsNamed,
  taskOfEvents,
  withPropagation,
  type EvaluationResult,
  type GowallaResult,
  type Progress,
  type Task,
  type TaskOptions,
} from '@thaw/evaluate';
import { createLogger } from '@thaw/platform';
import { InvalidArgumentError } from 'commander';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { MOST_EVENTS, readLiveEvents } from '../evaluate/live-events.js';
import { withTextEncoder } from '../evaluate/text-encoder.js';
import { ConfigSource } from '../session/config-source.js';
import { interruptible } from '../session/interrupt.js';
import { existingKafka } from '../session/kafka.js';
import { Output } from '../terminal/output.js';
import { openProgress } from '../terminal/progress.js';
import { parseWhole } from './options.js';

interface EvaluateCommandOptions {
  readonly models?: readonly string[];
  readonly seeds?: number;
  readonly at?: number;
  readonly report?: string;
  readonly live?: boolean;
  readonly mostEvents?: number;
}

@Command({
  name: 'evaluate',
  arguments: '[folder]',
  argsDescription: { folder: 'a data set in CSV, or train.txt and test.txt with users and their items' },
  description: 'Measure how many held-back listings each model foresees (Recall@20 and @100).',
})
export class EvaluateCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([folder]: string[], options: EvaluateCommandOptions = {}): Promise<void> {
    if ((folder === undefined) === (options.live !== true)) {
      throw new ThawError('REQUEST_INVALID', 'Give either a folder to evaluate, or --live for the topics.');
    }
    const path = folder === undefined ? undefined : resolve(folder);
    const { interruptedExitCode } = await interruptible(async (signal) => {
      if (path !== undefined && isBipartiteFolder(path)) return this.evaluateUsersAndItems(path);
      const result = await this.evaluateMarketplace(path, options, signal);
      if (options.report !== undefined) await writeFile(options.report, htmlReport(result));
      this.output.result({ ...result }, () => formatTable(result));
    });
    if (interruptedExitCode !== undefined) process.exitCode = interruptedExitCode;
  }

  @Option({ flags: '--models <names>', description: `comma-separated, of: ${MODEL_NAMES.join(', ')} (default: all)` })
  models(text: string): readonly string[] {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.filter((name) => !MODEL_NAMES.includes(name));
    if (unknown.length === 0) return names;
    throw new InvalidArgumentError(`There is no model ${unknown.join(', ')}. There are: ${MODEL_NAMES.join(', ')}.`);
  }

  @Option({ flags: '--seeds <n>', description: 'fit every model with so many seeds and give means (default: 1)' })
  seeds(text: string): number {
    const seeds = parseWhole(text);
    if (seeds >= 1) return seeds;
    throw new InvalidArgumentError('Give 1 or more.');
  }

  @Option({ flags: '--at <time>', description: 'split the log here, instead of taking the test files of the folder' })
  at(text: string): number {
    const ms = parseTimestamp(text);
    if (ms !== undefined) return ms;
    throw new InvalidArgumentError('Give an ISO date, or an ordinal where the data set has those.');
  }

  @Option({ flags: '--report <file>', description: 'also write a page with a chart, as HTML' })
  report(file: string): string {
    return resolve(file);
  }

  @Option({ flags: '--live', description: 'split the events of the live topics by time, instead of a folder' })
  live(): boolean {
    return true;
  }

  @Option({ flags: '--most-events <n>', description: `with --live: refuse to load more than these (${MOST_EVENTS})` })
  mostEvents(text: string): number {
    return parseWhole(text);
  }

  @Help('after')
  examples(): string {
    return `
Every model chooses its settings on a time replay inside the training data; the test listings are read once, at the end.
waml is what Thaw serves; waml-paper is the paper's sum, untrained.
--live reads the topics of thaw up, or of KAFKA_BROKERS, from the first event to the last, and foresees the newest fifth
of the listings. Texts are encoded by THAW_TEXT_MODEL where that is set, each once.

Examples:
  $ thaw evaluate ../shared/data/giftware
  $ thaw evaluate ../shared/data/industrial --models waml,als --seeds 3 --report industrial.html
  $ thaw evaluate ./export --at 2026-01-01 --output json
  $ thaw evaluate --live --models top-demand,als,waml`;
  }

  private async evaluateMarketplace(
    folder: string | undefined,
    { models = MODEL_NAMES, seeds = 1, at, mostEvents = MOST_EVENTS }: EvaluateCommandOptions,
    signal: AbortSignal,
  ): Promise<EvaluationResult> {
    const onProgress = (progress: Progress): void => this.output.note(progressLine(progress));
    return withTextEncoder(this.source.load().config, async (textEncoder) => {
      const options = { ...(at !== undefined && { splitTimeMs: at }), ...(textEncoder && { textEncoder }) };
      const task =
        folder === undefined
          ? await this.liveTask(options, mostEvents)
          : await loadTask(folder, { ...options, signal });
      return withPropagation(availableParallelism(), (propagate) =>
        evaluate(task, modelsNamed(models, propagate), { seeds, signal, onProgress }),
      );
    });
  }

  private async liveTask(options: TaskOptions, mostEvents: number): Promise<Task> {
    const { config, secrets } = this.source.load();
    const level = this.output.isVerbose ? 'debug' : 'silent';
    const session = await existingKafka(config, createLogger({ ...config.log, level, secrets, fd: 2 }));
    if (session === undefined) {
      throw new ThawError(
        'KAFKA_UNAVAILABLE',
        `No Kafka runs for ${config.paths.dataDir}. Run \`thaw up\` in another terminal, or set KAFKA_BROKERS.`,
      );
    }
    const note = (line: string): void => this.output.note(line);
    try {
      const rows = await readLiveEvents({
        kafka: session.kafka,
        topicPrefix: config.kafka.topicPrefix,
        settings: config.graph,
        mostEvents,
        onReading: (total) => openProgress({ unit: 'records', total, startedAt: 0, note }),
      });
      return await taskOfEvents('live', rows, options);
    } finally {
      await session.close();
    }
  }

  private async evaluateUsersAndItems(folder: string): Promise<void> {
    const result = await withPropagation(availableParallelism(), (propagate) =>
      evaluateGowalla(folder, propagate, {
        ...DEFAULT_GOWALLA_OPTIONS,
        onProgress: (what) => this.output.note(what),
      }),
    );
    this.output.result({ ...result }, () => usersAndItemsText(result));
  }
}

const progressLine = ({ done, total, model, what }: Progress): string => `${done + 1}/${total} ${model}: ${what}`;

const usersAndItemsText = (result: GowallaResult): string =>
  [
    `Recall@20 ${result.recall_at_20.toFixed(4)}, the mean of ${result.users} of ${result.users_with_test} users`,
    `embedded in ${result.embed_cpu_seconds.toFixed(1)} CPU seconds, nothing trained`,
    `α ${result.settings.alpha}, ${result.settings.layers} layers, degree^${result.settings.degree_power}, ` +
      `chosen on a part of train (Recall@20 ${result.validation_recall_at_20.toFixed(4)} there)`,
  ].join('\n');
