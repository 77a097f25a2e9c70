import { setImmediate } from 'node:timers/promises';
import { sparseRows, type SparseRows } from '../data/sparse-rows.js';
import { EmbeddingKernel } from '../neural/kernel/embedding-kernel.js';
import { LightGcn, type LightGcnSettings } from '../neural/lightgcn/light-gcn.js';
import { trainStep } from '../neural/neural-model.js';
import { Parameters } from '../neural/parameters.js';
import { readItemsByUser, type ItemsByUser } from './adjacency-lists.js';
import { bipartiteRecall } from './bipartite-recall.js';
import { itemCountOf, sampleUsers } from './evaluate-gowalla.js';

/** A point of the curve: nothing is chosen by it. */
export interface CurvePoint {
  readonly step: number;
  /** Of training, all threads together; what the curve itself costs is left out. */
  readonly cpu_seconds: number;
  /** Mean since the point before. */
  readonly loss: number;
  readonly recall_at_20: number;
}

export interface ListTrainingOptions {
  readonly settings: LightGcnSettings;
  /** Steps after which training ends: decided beforehand, not by the curve. */
  readonly steps: number;
  /** CPU seconds after which it ends even so. */
  readonly cpuSeconds: number;
  /** Users that a point of the curve is the mean of, evenly spread. */
  readonly curveUsers: number;
  /** The same for the last one; Infinity for all. */
  readonly users: number;
  readonly onPoint?: (point: CurvePoint) => void;
  readonly signal?: AbortSignal;
}

export interface ListTrainingResult {
  readonly model: 'lightgcn';
  readonly recall_at_20: number;
  /** Users averaged over, of how many that have test items. */
  readonly users: number;
  readonly users_with_test: number;
  readonly train_cpu_seconds: number;
  readonly steps: number;
  readonly ended_by: 'steps' | 'cpu-seconds';
  readonly settings: LightGcnSettings;
  readonly curve: readonly CurvePoint[];
}

/** The paper's K, d and λ. With 131,072 triples a step, 64 times the paper's batch, the rate is 10 times the paper's. */
export const DEFAULT_LIST_TRAINING: ListTrainingOptions = {
  settings: {
    dimensions: 64,
    layers: 3,
    learningRate: 0.01,
    penalty: 1e-4,
    batch: 131_072,
    sampling: 'user',
    seed: 1,
  },
  steps: 4000,
  cpuSeconds: 3600,
  curveUsers: 500,
  users: Infinity,
};

const K = 20;
const FIRST_POINT = 20;
/** CPU seconds from point to point grow by this factor. */
const SPACING = 1.25;

/** LightGCN on users and their items (train.txt and test.txt of its paper), with the curve of its recall. */
export async function trainOnLists(folder: string, options = DEFAULT_LIST_TRAINING): Promise<ListTrainingResult> {
  const { settings, steps, cpuSeconds, signal } = options;
  const train = await readItemsByUser(folder, 'train');
  const test = await readItemsByUser(folder, 'test');
  const items = rowsOf(train, itemCountOf(train, test));
  const kernel = await EmbeddingKernel.open();
  const candidates = new Int32Array(0);
  const model = new LightGcn(kernel, new Parameters(kernel, settings.seed), { items, candidates }, settings);
  const recallOver = async (users: readonly number[]): Promise<number> => {
    const rows = await model.rows();
    const { dimensions } = settings;
    const split = items.columns * dimensions;
    const itemDegrees = new Uint32Array(items.columns);
    const vectors = { dimensions, items: rows.subarray(0, split), users: rows.subarray(split), itemDegrees };
    return bipartiteRecall(vectors, train, test, users, [0], K)[0]!;
  };
  const curveUsers = sampleUsers(test, train, options.curveUsers).sample;
  const curve: CurvePoint[] = [];
  let losses: number[] = [];
  let spent = 0;
  let step = 0;
  for (let next = FIRST_POINT; step < steps && spent < cpuSeconds;) {
    signal?.throwIfAborted();
    const before = process.cpuUsage();
    losses.push(await trainStep(model));
    step++;
    await setImmediate(); // lets others on the event loop in between two steps
    const { user, system } = process.cpuUsage(before);
    spent += (user + system) / 1e6;
    if (spent < next && step < steps && spent < cpuSeconds) continue;
    next = Math.max(next * SPACING, spent);
    const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
    losses = [];
    curve.push({ step, cpu_seconds: spent, loss, recall_at_20: await recallOver(curveUsers) });
    options.onPoint?.(curve.at(-1)!);
  }
  const { all, sample } = sampleUsers(test, train, options.users);
  return {
    model: 'lightgcn',
    recall_at_20: await recallOver(sample),
    users: sample.length,
    users_with_test: all,
    train_cpu_seconds: spent,
    steps: step,
    ended_by: step === steps ? 'steps' : 'cpu-seconds',
    settings,
    curve,
  };
}

function rowsOf(lists: ItemsByUser, items: number): SparseRows {
  const user: number[] = [];
  const item: number[] = [];
  lists.forEach((list, u) => {
    for (const i of list) {
      user.push(u);
      item.push(i);
    }
  });
  return sparseRows(lists.length, items, user, item);
}
