import {
  bootstrapRecall,
  LISTING_STRATA,
  listingStratum,
  macroRecallAt,
  recallAt,
  type ListingStratum,
  type RankedTarget,
} from '@thaw/waml';
import { peakMemoryBytes, resetPeakMemory } from './peak-memory.js';
import { rankTargets } from './ranking.js';
import type { Recommender } from './recommender.js';
import type { EvaluationResult, ModelResult } from './result.js';
import type { Task } from './task.js';
import type { Exercise } from './training.js';

export interface EvaluateOptions {
  /** Every model is fitted with seeds 1 … n; figures are means. */
  readonly seeds: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface Progress {
  /** Fits that are finished. */
  readonly done: number;
  readonly total: number;
  readonly model: string;
  readonly what: string;
}

/** Fits and asks every model, one after another. */
export async function evaluate(
  task: Task,
  models: readonly Recommender[],
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  const { training, targets } = task.exercise;
  const results: ModelResult[] = [];
  const total = models.length * options.seeds;
  for (const model of models) {
    const report = (seed: number) => (what: string) =>
      options.onProgress?.({ done: results.length * options.seeds + seed - 1, total, model: model.name, what });
    results.push(await evaluateModel(task.exercise, model, report, options));
  }
  const strata = byStratum(task.exercise, targets);
  return {
    dataset: task.dataset,
    candidates: training.candidates.length,
    test_listings: targets.length,
    test_sellers: new Set(targets.map(({ seller }) => seller)).size,
    seeds: options.seeds,
    split: { source: task.split.source, time_ms: Number.isFinite(task.split.timeMs) ? task.split.timeMs : null },
    test_listings_by_listings: mapStrata((stratum) => strata[stratum].length),
    models: results,
  };
}

async function evaluateModel(
  exercise: Exercise,
  model: Recommender,
  report: (seed: number) => (what: string) => void,
  { seeds, signal }: EvaluateOptions,
): Promise<ModelResult> {
  const rankings: RankedTarget[][] = [];
  let said: Pick<ModelResult, 'settings' | 'note'> = { settings: {} };
  let seconds = 0;
  let cpuSeconds = 0;
  resetPeakMemory();
  for (let seed = 1; seed <= seeds; seed++) {
    signal?.throwIfAborted();
    report(seed)('fitting');
    const start = performance.now();
    const cpu = process.cpuUsage();
    const context = { seed, onProgress: report(seed), ...(signal && { signal }) };
    const scores = await model.fit(exercise.training, context);
    seconds += (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds += (user + system) / 1e6;
    report(seed)('ranking');
    rankings.push(rankTargets(exercise, scores));
    if (seed === 1) said = { settings: scores.settings, ...(scores.note !== undefined && { note: scores.note }) };
  }
  const mean = (figure: (ranking: RankedTarget[]) => number): number =>
    rankings.reduce((sum, ranking) => sum + figure(ranking), 0) / rankings.length;
  return {
    name: model.name,
    recall_at_20: mean((ranking) => recallAt(ranking, 20)),
    recall_at_100: mean((ranking) => recallAt(ranking, 100)),
    recall_at_100_ci95: bootstrapRecall(rankings[0]!, 100),
    macro_recall_at_20: mean((ranking) => macroRecallAt(ranking, 20)),
    macro_recall_at_100: mean((ranking) => macroRecallAt(ranking, 100)),
    by_listings: mapStrata((stratum) => {
      const recall = mean((ranking) => recallAt(byStratum(exercise, ranking)[stratum], 100));
      return Number.isNaN(recall) ? null : recall;
    }),
    fit_seconds: seconds / seeds,
    cpu_seconds: cpuSeconds / seeds,
    peak_rss_bytes: peakMemoryBytes(),
    ...said,
  };
}

function mapStrata<T>(of: (stratum: ListingStratum) => T): Record<ListingStratum, T> {
  return Object.fromEntries(LISTING_STRATA.map((stratum) => [stratum, of(stratum)])) as Record<ListingStratum, T>;
}

/** Splits what is parallel to the exercise's targets by the listings of the targets' products. */
function byStratum<T>({ training, targets }: Exercise, parallel: readonly T[]): Record<ListingStratum, T[]> {
  const strata = mapStrata((): T[] => []);
  targets.forEach(({ product }, i) =>
    strata[listingStratum(training.snapshot.listingCounts[product]!)].push(parallel[i]!),
  );
  return strata;
}
