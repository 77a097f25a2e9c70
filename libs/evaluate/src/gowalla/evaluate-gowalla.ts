import { mix32, type Propagate } from '@thaw/waml';
import { readItemsByUser, type ItemsByUser } from './adjacency-lists.js';
import { embedBipartite } from './bipartite.js';
import { bipartiteRecall } from './bipartite-recall.js';

export interface GowallaOptions {
  readonly dimensions: number;
  readonly seed: number;
  /** Users that the figure is the mean of, evenly spread; Infinity for all. Ranking one costs items × d. */
  readonly users: number;
  readonly onProgress?: (what: string) => void;
}

export interface GowallaResult {
  readonly recall_at_20: number;
  /** Users averaged over, of how many that have test items. */
  readonly users: number;
  readonly users_with_test: number;
  /** CPU seconds of hashing and propagating once, all threads together. */
  readonly embed_cpu_seconds: number;
  readonly settings: { readonly alpha: number; readonly layers: number; readonly degree_power: number };
  readonly validation_recall_at_20: number;
}

export const DEFAULT_GOWALLA_OPTIONS: GowallaOptions = { dimensions: 512, seed: 1, users: 3000 };

const K = 20;
const LAYERS = 3;
const ALPHAS = [0.2, 0.3, 0.4];
const DEGREE_POWERS = [0, 0.15, 0.25, 0.35];
const VALIDATION_USERS = 400;
/** One in so many of a user's train items is held back to validate on. */
const VALIDATION_SHARE = 5;

/** Items are numbered; those that nobody has count too. */
export const itemCountOf = (...lists: readonly ItemsByUser[]): number =>
  1 + lists.flat().reduce((max, items) => items.reduce((m, i) => Math.max(m, i), max), -1);

/** At most `limit` of the users that have held-back items, at even distances. */
export function sampleUsers(
  heldBack: ItemsByUser,
  train: ItemsByUser,
  limit: number,
): { all: number; sample: number[] } {
  const all = heldBack.flatMap((items, user) => (items.length > 0 && (train[user]?.length ?? 0) > 0 ? [user] : []));
  const step = Math.max(1, all.length / limit);
  const sample: number[] = [];
  for (let at = 0; at < all.length; at += step) sample.push(all[Math.floor(at)]!);
  return { all: all.length, sample };
}

function holdBack(train: ItemsByUser, seed: number): { kept: ItemsByUser; held: ItemsByUser } {
  const isHeld = (user: number, item: number): boolean =>
    (mix32(mix32(user ^ seed) + item) >>> 0) % VALIDATION_SHARE === 0;
  return {
    kept: train.map((items, user) => items.filter((item) => !isHeld(user, item))),
    held: train.map((items, user) => items.filter((item) => isHeld(user, item))),
  };
}

/**
 * WAML's parameter-free part alone on a set of users and items (train.txt and test.txt of the LightGCN paper): id hashes,
 * symmetric normalisation, three layers, a power of the item's degree. α and the power are chosen on a part of train.
 */
export async function evaluateGowalla(
  folder: string,
  propagate: Propagate,
  { dimensions, seed, users, onProgress }: GowallaOptions = DEFAULT_GOWALLA_OPTIONS,
): Promise<GowallaResult> {
  const train = await readItemsByUser(folder, 'train');
  const test = await readItemsByUser(folder, 'test');
  const itemCount = itemCountOf(train, test);
  const embed = (edges: ItemsByUser, alpha: number): ReturnType<typeof embedBipartite> =>
    embedBipartite(edges, itemCount, { dimensions, seed, alphas: Array<number>(LAYERS).fill(alpha) }, propagate);

  const { kept, held } = holdBack(train, seed);
  const validation = sampleUsers(held, kept, VALIDATION_USERS).sample;
  let best = { alpha: ALPHAS[0]!, power: 0, recall: -1 };
  for (const alpha of ALPHAS) {
    onProgress?.(`validating α ${alpha}`);
    const recalls = bipartiteRecall(await embed(kept, alpha), kept, held, validation, DEGREE_POWERS, K);
    recalls.forEach((recall, p) => {
      if (recall > best.recall) best = { alpha, power: DEGREE_POWERS[p]!, recall };
    });
  }
  onProgress?.('embedding');
  const before = process.cpuUsage();
  const vectors = await embed(train, best.alpha);
  const spent = process.cpuUsage(before);
  onProgress?.('ranking');
  const { all, sample } = sampleUsers(test, train, users);
  const [recall] = bipartiteRecall(vectors, train, test, sample, [best.power], K);
  return {
    recall_at_20: recall!,
    users: sample.length,
    users_with_test: all,
    embed_cpu_seconds: (spent.user + spent.system) / 1e6,
    settings: { alpha: best.alpha, layers: LAYERS, degree_power: best.power },
    validation_recall_at_20: best.recall,
  };
}
