import { rankOf, type RankedTarget } from '@thaw/waml';
import { rowOf } from '../data/sparse-rows.js';
import type { Scores } from './recommender.js';
import type { Exercise } from './training.js';

/** Ranks every target among the candidates that its seller has not listed. In the order of `exercise.targets`. */
export function rankTargets({ training, targets }: Exercise, scores: Scores): RankedTarget[] {
  const { candidates, snapshot } = training;
  const position = new Int32Array(snapshot.log.catalogue.ids.length).fill(-1);
  candidates.forEach((product, i) => (position[product] = i));
  const bySeller = new Map<number, number[]>();
  targets.forEach(({ seller }, i) => {
    const own = bySeller.get(seller);
    if (own === undefined) bySeller.set(seller, [i]);
    else own.push(i);
  });
  const ranked = new Array<RankedTarget>(targets.length);
  const hidden = new Uint8Array(candidates.length);
  for (const [seller, own] of bySeller) {
    hidden.fill(0);
    for (const product of rowOf(snapshot.listed, seller)) if (position[product]! >= 0) hidden[position[product]!] = 1;
    const values = scores.scoresOf(seller);
    for (const i of own) ranked[i] = { seller, rank: rankOf(values, position[targets[i]!.product]!, hidden) };
  }
  return ranked;
}
