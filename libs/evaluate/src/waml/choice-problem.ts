import { dotAt, rankOf, type ChoiceProblem, type NodeVectors } from '@thaw/waml';
import { rowOf } from '../data/sparse-rows.js';
import type { Exercise } from '../protocol/training.js';

/** A part of a score that does not depend on the seller: one value per product. */
export type ProductFeature = Float32Array;

/**
 * The time replay as a choice problem: a group per seller, its items the candidates, hidden those it had listed, chosen
 * what it listed next; features the cosines of the channels, then the product features.
 */
export function choiceProblem(
  { training, targets }: Exercise,
  channels: readonly NodeVectors[],
  productFeatures: readonly ProductFeature[],
): ChoiceProblem {
  const { candidates, snapshot } = training;
  const sellers = [...new Set(targets.map(({ seller }) => seller))];
  const group = new Map(sellers.map((seller, g) => [seller, g]));
  const position = new Map(Array.from(candidates, (product, i) => [product, i]));
  const items = candidates.length;
  const hidden = new Uint8Array(sellers.length * items);
  sellers.forEach((seller, g) => {
    for (const product of rowOf(snapshot.listed, seller)) {
      const at = position.get(product);
      if (at !== undefined) hidden[g * items + at] = 1;
    }
  });
  return {
    groups: sellers.length,
    items,
    features: [
      ...channels.map((channel) => cosines(channel, sellers, candidates)),
      ...productFeatures.map((feature) => repeated(feature, sellers.length, candidates)),
    ],
    hidden,
    chosen: Uint32Array.from(targets, ({ seller, product }) => group.get(seller)! * items + position.get(product)!),
  };
}

function cosines(
  { dimensions, sellers, products }: NodeVectors,
  rows: readonly number[],
  candidates: Int32Array,
): Float32Array {
  const result = new Float32Array(rows.length * candidates.length);
  rows.forEach((seller, g) => {
    const s = sellers.subarray(seller * dimensions, (seller + 1) * dimensions);
    for (let i = 0; i < candidates.length; i++) {
      const from = candidates[i]! * dimensions;
      result[g * candidates.length + i] = dotAt(s, 0, products, from, dimensions);
    }
  });
  return result;
}

function repeated(feature: ProductFeature, groups: number, candidates: Int32Array): Float32Array {
  const row = Float32Array.from(candidates, (product) => feature[product]!);
  const result = new Float32Array(groups * row.length);
  for (let g = 0; g < groups; g++) result.set(row, g * row.length);
  return result;
}

/** Recall@K of utilities on the problem's own choices. */
export function choiceRecall({ items, hidden, chosen }: ChoiceProblem, utilities: Float32Array, k: number): number {
  let hits = 0;
  for (const cell of chosen) {
    const from = cell - (cell % items);
    const rank = rankOf(utilities.subarray(from, from + items), cell - from, hidden.subarray(from, from + items));
    if (rank < k) hits++;
  }
  return hits / chosen.length;
}

/** The exercise with at most `limit` of its sellers, taken at even distances in the order of their numbers. */
export function withFewerSellers({ training, targets }: Exercise, limit: number): Exercise {
  const sellers = [...new Set(targets.map(({ seller }) => seller))].sort((a, b) => a - b);
  const step = Math.max(1, sellers.length / limit);
  const kept = new Set<number>();
  for (let at = 0; at < sellers.length; at += step) kept.add(sellers[Math.floor(at)]!);
  return { training, targets: targets.filter(({ seller }) => kept.has(seller)) };
}
