import { ThawError } from '@thaw/contracts';
import { hasTestSplit, readCandidates, readStats, readTestListings, type ReadOptions } from '@thaw/dataset';
import { DEFAULT_GRAPH_SETTINGS } from '@thaw/graph';
import type { TextEncoder } from '@thaw/text';
import { loadEventLog, logOf, type EventRows, type LoadedLog } from '../data/event-log.js';
import { snapshotAt } from '../data/snapshot.js';
import { exerciseAt, HISTORY_LIMIT, type CandidateRule, type Exercise, type Target } from './training.js';

/** A data set with its questions. */
export interface Task {
  readonly dataset: string;
  readonly exercise: Exercise;
  /** Where the questions come from: the files, or a split of the log at a time. */
  readonly split: { readonly source: 'files' | 'time'; readonly timeMs: number };
}

export interface TaskOptions extends ReadOptions {
  /** Split the log here instead of taking the folder's candidates and test listings, Unix epoch milliseconds. */
  readonly splitTimeMs?: number;
  /** Encodes what is written about products; hashed n-grams where absent. */
  readonly textEncoder?: TextEncoder;
}

/** The share of listings before the split, where nobody gives a time. */
const DEFAULT_SPLIT = 0.8;

/**
 * Loads a data set folder. Its candidates and test listings are used where it has them and no split time is given;
 * otherwise the log is split by time, with the default candidate policy.
 *
 * @throws ThawError DATASET_NOT_FOUND or DATASET_INVALID from reading; DATASET_INVALID when nothing is left to test.
 */
export async function loadTask(folder: string, options: TaskOptions = {}): Promise<Task> {
  const loaded = await loadEventLog(folder, options);
  const { name, splitTimeMs } = readStats(folder);
  const task =
    options.splitTimeMs === undefined && hasTestSplit(folder)
      ? await fromFiles(folder, name, splitTimeMs ?? Infinity, loaded, options)
      : fromTime(name, loaded, options.splitTimeMs);
  return withTargets(folder, task);
}

/**
 * A task made of events that are in no data set folder: split by time, with the default candidate policy.
 *
 * @param dataset the name of what they are, for the result and the messages
 * @throws ThawError DATASET_INVALID when nothing is left to test.
 */
export async function taskOfEvents(
  dataset: string,
  rows: EventRows,
  { splitTimeMs, textEncoder }: Pick<TaskOptions, 'splitTimeMs' | 'textEncoder'> = {},
): Promise<Task> {
  return withTargets(dataset, fromTime(dataset, await logOf(rows, textEncoder), splitTimeMs));
}

function withTargets(where: string, task: Task): Task {
  if (task.exercise.targets.length > 0) return task;
  throw new ThawError(
    'DATASET_INVALID',
    `${where}: no listing onto a candidate is left to test after the split. Split earlier, or add test listings.`,
  );
}

async function fromFiles(
  folder: string,
  dataset: string,
  timeMs: number,
  { log, products, sellers }: LoadedLog,
  options: ReadOptions,
): Promise<Task> {
  const candidates: number[] = [];
  const rule = { minCustomers: Infinity, maxListings: DEFAULT_GRAPH_SETTINGS.maxListings };
  for await (const { productId, customers } of readCandidates(folder, options)) {
    const product = products.find(productId);
    if (product === undefined) continue;
    candidates.push(product);
    // The file's own threshold, so that candidates of earlier times are chosen alike.
    rule.minCustomers = Math.min(rule.minCustomers, customers);
  }
  const isCandidate = new Set(candidates);
  const targets: Target[] = [];
  for await (const { sellerId, productId } of readTestListings(folder, options)) {
    const seller = sellers.find(sellerId);
    const product = products.find(productId);
    if (seller !== undefined && product !== undefined && isCandidate.has(product)) targets.push({ seller, product });
  }
  const training = {
    snapshot: snapshotAt(log, timeMs, HISTORY_LIMIT),
    candidates: Int32Array.from(candidates).sort(),
    rule,
  };
  return { dataset, exercise: { training, targets }, split: { source: 'files', timeMs } };
}

function fromTime(dataset: string, { log }: LoadedLog, splitTimeMs: number | undefined): Task {
  const rule: CandidateRule = DEFAULT_GRAPH_SETTINGS;
  const times = log.listings.timeMs;
  const timeMs = splitTimeMs ?? times[Math.floor(DEFAULT_SPLIT * times.length)] ?? 0;
  const exercise = exerciseAt(log, rule, timeMs, Infinity);
  return { dataset, exercise, split: { source: 'time', timeMs } };
}
