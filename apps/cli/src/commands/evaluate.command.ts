import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Inject } from '@nestjs/common';
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
  withPropagation,
  type EvaluationResult,
  type GowallaResult,
  type Progress,
} from '@thaw/evaluate';
import { InvalidArgumentError } from 'commander';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { interruptible } from '../session/interrupt.js';
import { Output } from '../terminal/output.js';
import { parseWhole } from './options.js';

interface EvaluateCommandOptions {
  readonly models?: readonly string[];
  readonly seeds?: number;
  readonly at?: number;
  readonly report?: string;
}

@Command({
  name: 'evaluate',
  arguments: '<folder>',
  argsDescription: { folder: 'a data set in CSV, or train.txt and test.txt with users and their items' },
  description: 'Measure how many held-back listings each model foresees (Recall@20 and @100).',
})
export class EvaluateCommand extends CommandRunner {
  constructor(@Inject(Output) private readonly output: Output) {
    super();
  }

  override async run([folder]: string[], options: EvaluateCommandOptions = {}): Promise<void> {
    const path = resolve(folder!);
    const { interruptedExitCode } = await interruptible(async (signal) => {
      if (isBipartiteFolder(path)) return this.evaluateUsersAndItems(path);
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

  @Help('after')
  examples(): string {
    return `
Every model chooses its settings on a time replay inside the training data; the test listings are read once, at the end.
waml is what Thaw serves; waml-paper is the paper's sum, untrained.

Examples:
  $ thaw evaluate ../shared/data/giftware
  $ thaw evaluate ../shared/data/industrial --models waml,als --seeds 3 --report industrial.html
  $ thaw evaluate ./export --at 2026-01-01 --output json`;
  }

  private async evaluateMarketplace(
    folder: string,
    { models = MODEL_NAMES, seeds = 1, at }: EvaluateCommandOptions,
    signal: AbortSignal,
  ): Promise<EvaluationResult> {
    const task = await loadTask(folder, { signal, ...(at !== undefined && { splitTimeMs: at }) });
    const onProgress = (progress: Progress): void => this.output.note(progressLine(progress));
    return withPropagation(availableParallelism(), (propagate) =>
      evaluate(task, modelsNamed(models, propagate), { seeds, signal, onProgress }),
    );
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
