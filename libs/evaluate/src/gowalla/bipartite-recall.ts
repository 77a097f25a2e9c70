import { dotAt } from '@thaw/waml';
import type { ItemsByUser } from './adjacency-lists.js';
import type { BipartiteVectors } from './bipartite.js';

/** Where each of a user's held-back items stands among the items that are not in its train list: 0 is first. */
function ranksOf(scores: Float64Array, seen: readonly number[], heldBack: readonly number[]): number[] {
  for (const item of seen) scores[item] = -Infinity;
  return heldBack.map((item) => {
    const own = scores[item]!;
    let before = 0;
    for (let i = 0; i < scores.length; i++) if (scores[i]! > own || (scores[i] === own && i < item)) before++;
    return before;
  });
}

/**
 * Recall@K as LightGCN has it: hits / held-back items of each user, averaged over users, train items left out, all
 * items ranked. The score is the cosine (of vectors as they come) times the item's degree to each of `powers`.
 *
 * @param users the users to average over
 * @returns one recall per power
 */
export function bipartiteRecall(
  vectors: BipartiteVectors,
  train: ItemsByUser,
  heldBack: ItemsByUser,
  users: readonly number[],
  powers: readonly number[],
  k: number,
): number[] {
  const { dimensions, itemDegrees } = vectors;
  const factors = powers.map((power) => Float64Array.from(itemDegrees, (degree) => degree ** power));
  const totals = powers.map(() => 0);
  const cosines = new Float64Array(itemDegrees.length);
  for (const user of users) {
    const held = heldBack[user]!;
    for (let i = 0; i < cosines.length; i++) {
      cosines[i] = dotAt(vectors.users, user * dimensions, vectors.items, i * dimensions, dimensions);
    }
    factors.forEach((factor, p) => {
      const scores = cosines.map((cosine, i) => cosine * factor[i]!);
      totals[p]! += ranksOf(scores, train[user]!, held).filter((rank) => rank < k).length / held.length;
    });
  }
  return totals.map((total) => total / users.length);
}
