import type { ChoiceProblem } from '../channels/conditional-logit.js';
import { innerProducts } from '../channels/inner-products.js';
import type { NodeVectors } from '../channels/node-vectors.js';
import type { Replay, Target } from './model-state.js';

/** How much of a replay is looked at: what it costs in time and memory is cells, a seller and a candidate each. */
export interface ReplayBounds {
  readonly mostSellers: number;
  /** With more candidates than this, those that nobody listed in the replay are sampled. */
  readonly mostItems: number;
  /** Sellers × candidates; 40 bytes each. */
  readonly mostCells: number;
}

export const DEFAULT_REPLAY_BOUNDS: ReplayBounds = { mostSellers: Infinity, mostItems: 10_000, mostCells: 5_000_000 };

/** The rows and columns of a choice problem, without features. */
export interface ChoiceCells extends Omit<ChoiceProblem, 'features'> {
  /** Number of the seller of each group. */
  readonly sellers: readonly number[];
  /** Number of the product of each item. */
  readonly products: Int32Array;
}

/**
 * The time replay as a choice problem: a group per seller, its items the candidates, hidden those it had listed, chosen
 * what it listed next, in the order of the targets.
 */
export function choiceCells({ state, targets }: Replay, bounds: ReplayBounds): ChoiceCells {
  const items = Math.max(1, Math.min(bounds.mostItems, state.candidates.length));
  const sellers = sampled(distinctSellers(targets), Math.min(bounds.mostSellers, bounds.mostCells / items));
  const group = new Map(sellers.map((seller, g) => [seller, g]));
  const kept = targets.filter(({ seller }) => group.has(seller));
  const { products, multiplicity } = sampledItems(state.candidates, kept, bounds.mostItems);
  const position = new Int32Array(state.productIds.length).fill(-1);
  products.forEach((product, i) => (position[product] = i));
  const hidden = new Uint8Array(sellers.length * products.length);
  const { seller: listers, product: listed } = state.listings;
  for (let i = 0; i < listers.length; i++) {
    const g = group.get(listers[i]!);
    const at = position[listed[i]!]!;
    if (g !== undefined && at >= 0) hidden[g * products.length + at] = 1;
  }
  return {
    groups: sellers.length,
    items: products.length,
    hidden,
    chosen: Uint32Array.from(kept, ({ seller, product }) => group.get(seller)! * products.length + position[product]!),
    ...(multiplicity && { multiplicity }),
    sellers,
    products,
  };
}

/** Sellers with targets, in the order of their first: of time. */
const distinctSellers = (targets: readonly Target[]): number[] => [...new Set(targets.map(({ seller }) => seller))];

/** At most `limit` of the numbers, at even distances in ascending order; all of them in their own order if they fit. */
function sampled(numbers: readonly number[], limit: number): readonly number[] {
  if (numbers.length <= limit) return numbers;
  const ascending = numbers.toSorted((a, b) => a - b);
  const step = Math.max(1, ascending.length / limit);
  const kept: number[] = [];
  for (let at = 0; at < ascending.length; at += step) kept.push(ascending[Math.floor(at)]!);
  return kept;
}

/**
 * All candidates, or where these are too many all that were listed and an even sample of the others, each standing for
 * as many as it was drawn from: sums over all candidates are then right on average.
 */
function sampledItems(
  candidates: Int32Array,
  targets: readonly Target[],
  most: number,
): { products: Int32Array; multiplicity?: Float64Array } {
  if (candidates.length <= most) return { products: candidates };
  const wanted = new Set(targets.map(({ product }) => product));
  const others = candidates.filter((product) => !wanted.has(product));
  const drawn = Math.max(1, Math.min(others.length, most - wanted.size));
  const products = Int32Array.from([
    ...wanted,
    ...Array.from({ length: drawn }, (_, i) => others[Math.floor((i * others.length) / drawn)]!),
  ]).sort();
  return {
    products,
    multiplicity: Float64Array.from(products, (product) => (wanted.has(product) ? 1 : others.length / drawn)),
  };
}

const BLOCK_ITEMS = 256;

/** Cosines of all sellers and items in one channel: `[groups, items]`. */
export function cosines(
  { dimensions, sellers, products }: NodeVectors,
  { sellers: rows, products: columns }: ChoiceCells,
): Float32Array {
  const items = columns.length;
  const result = new Float32Array(rows.length * items);
  const sellerRows = { matrix: sellers, at: rows.map((seller) => seller * dimensions) };
  // Block by block of products, which stay in the cache for all sellers.
  for (let from = 0; from < items; from += BLOCK_ITEMS) {
    const at = Array.from(columns.subarray(from, from + BLOCK_ITEMS), (product) => product * dimensions);
    innerProducts(sellerRows, { matrix: products, at }, dimensions, result, from, items);
  }
  return result;
}

/** A part of a score that does not depend on the seller, for all cells: `[groups, items]`. */
export function repeated({ groups, products }: ChoiceCells, valueOf: (product: number) => number): Float32Array {
  const row = Float32Array.from(products, valueOf);
  const result = new Float32Array(groups * row.length);
  for (let g = 0; g < groups; g++) result.set(row, g * row.length);
  return result;
}

/** Recall@K of utilities on the problem's own choices; where items are a sample, of the ranks that it makes likely. */
export function choiceRecall(problem: ChoiceProblem, utilities: Float32Array, k: number): number {
  return choiceHits(problem, utilities, k).reduce((sum, hit) => sum + hit, 0) / problem.chosen.length;
}

/** `[choices]`: 1 where what was chosen is among its group's first K, as {@link choiceRecall} counts. */
export function choiceHits(
  { items, hidden, chosen, multiplicity }: ChoiceProblem,
  utilities: Float32Array,
  k: number,
): Uint8Array {
  return Uint8Array.from(chosen, (cell) => {
    const from = cell - (cell % items);
    let before = 0;
    for (let i = from; i < from + items; i++) {
      if (hidden[i] === 1 || i === cell) continue;
      const [other, own] = [utilities[i]!, utilities[cell]!];
      if (other > own || (other === own && i < cell)) before += multiplicity ? multiplicity[i - from]! : 1;
    }
    return before < k ? 1 : 0;
  });
}
