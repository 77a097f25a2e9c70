import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { parseTimestamp } from '@thaw/dataset';
import {
  ablate,
  DEFAULT_GOWALLA_OPTIONS,
  DEFAULT_LIST_TRAINING,
  evaluate,
  evaluateGowalla,
  formatLadder,
  formatTable,
  htmlReport,
  isBipartiteFolder,
  loadTask,
  MODEL_NAMES,
  modelsNamed,
  QUICK_MODEL_NAMES,
  taskOfEvents,
  trainOnLists,
  withPropagation,
  type CurvePoint,
  type EvaluationResult,
  type Progress,
  type Task,
  type TaskOptions,
} from '@thaw/evaluate';
import { createLogger } from '@thaw/platform';
import { InvalidArgumentError } from 'commander';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { MOST_EVENTS, readLiveEvents } from '../evaluate/live-events.js';
import { curveLine, listTrainingText, usersAndItemsText } from '../evaluate/lists-text.js';
import { tensorTools } from '../evaluate/tensor-tools.js';
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
  readonly ablate?: boolean;
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
      if (path !== undefined && isBipartiteFolder(path)) return this.evaluateUsersAndItems(path, options, signal);
      const result = await this.evaluateMarketplace(path, options, signal);
      if (options.report !== undefined) await writeFile(options.report, htmlReport(result));
      this.output.result({ ...result }, () => (options.ablate === true ? formatLadder(result) : formatTable(result)));
    });
    if (interruptedExitCode !== undefined) process.exitCode = interruptedExitCode;
  }

  @Option({
    flags: '--models <names>',
    description: `comma-separated, or all, of: ${MODEL_NAMES.join(', ')} (default: ${QUICK_MODEL_NAMES.join(', ')})`,
  })
  models(text: string): readonly string[] {
    if (text.trim() === 'all') return MODEL_NAMES;
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.filter((name) => !MODEL_NAMES.includes(name));
    if (unknown.length === 0) return names;
    throw new InvalidArgumentError(
      `There is no model ${unknown.join(', ')}. There are: ${MODEL_NAMES.join(', ')}, and all.`,
    );
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

  @Option({ flags: '--ablate', description: "instead of models: the paper's ablation ladder, row by row" })
  ablate(): boolean {
    return true;
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
waml is what Thaw serves; waml-paper is the paper's sum, untrained; waml-network is waml with the trained network's
block, whatever the gate of a run would say of it, which is told below the table. It and the trained baselines (ncf to
lightgcn-content) take minutes and run only when named, or with --models all. CPU s is the processor time of one fit on
all threads, tuning included; MiB the largest memory of the process while the model was fitted and asked, garbage
collected before it.
Folders of train.txt and test.txt hold users and their items: there waml's propagation alone is measured, or with
--models lightgcn LightGCN is trained, which takes an hour and prints its curve.
--live reads the topics of thaw up, or of KAFKA_BROKERS, from the first event to the last, and foresees the newest fifth
of the listings. Texts are encoded by THAW_TEXT_MODEL where that is set, each once.

Examples:
  $ thaw evaluate ../shared/data/giftware
  $ thaw evaluate ../shared/data/giftware --models all
  $ thaw evaluate ../shared/data/industrial --models waml,als --seeds 3 --report industrial.html
  $ thaw evaluate ../shared/data/giftware --ablate
  $ thaw evaluate ./export --at 2026-01-01 --output json
  $ thaw evaluate --live --models top-demand,als,waml`;
  }

  private async evaluateMarketplace(
    folder: string | undefined,
    { models = QUICK_MODEL_NAMES, seeds = 1, at, mostEvents = MOST_EVENTS, ...options }: EvaluateCommandOptions,
    signal: AbortSignal,
  ): Promise<EvaluationResult> {
    const onProgress = (progress: Progress): void => this.output.note(progressLine(progress));
    const { config } = this.source.load();
    const tools = tensorTools(config.trainer.tensorBackend, (line) => this.output.note(line));
    return withTextEncoder(config, async (textEncoder) => {
      const taskOptions = { ...(at !== undefined && { splitTimeMs: at }), ...(textEncoder && { textEncoder }) };
      const task =
        folder === undefined
          ? await this.liveTask(taskOptions, mostEvents)
          : await loadTask(folder, { ...taskOptions, signal });
      return withPropagation(availableParallelism(), (propagate) =>
        options.ablate === true
          ? ablate(task, { propagate, ...tools }, { signal, onProgress })
          : evaluate(task, modelsNamed(models, { propagate, ...tools }), { seeds, signal, onProgress }),
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

  private async evaluateUsersAndItems(
    folder: string,
    { models = ['waml'] }: EvaluateCommandOptions,
    signal: AbortSignal,
  ): Promise<void> {
    if (models.length === 1 && models[0] === 'lightgcn') {
      const onPoint = (point: CurvePoint): void => this.output.note(curveLine(point));
      const result = await trainOnLists(folder, { ...DEFAULT_LIST_TRAINING, signal, onPoint });
      this.output.result({ ...result }, () => listTrainingText(result));
      return;
    }
    if (models.some((name) => name !== 'waml')) {
      throw new ThawError(
        'REQUEST_INVALID',
        `${folder} holds users and their items: give --models waml or --models lightgcn, one at a time.`,
      );
    }
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
