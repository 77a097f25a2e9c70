import { innerProducts } from '@thaw/waml';
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

/** Users whose products with all items are computed together. */
const BLOCK_USERS = 16;

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
  const items = itemDegrees.length;
  const factors = powers.map((power) => Float64Array.from(itemDegrees, (degree) => degree ** power));
  const totals = powers.map(() => 0);
  const at = Float64Array.from({ length: items }, (_, i) => i * dimensions);
  const block = new Float64Array(BLOCK_USERS * items);
  for (let from = 0; from < users.length; from += BLOCK_USERS) {
    const some = users.slice(from, from + BLOCK_USERS);
    const rows = { matrix: vectors.users, at: some.map((user) => user * dimensions) };
    innerProducts(rows, { matrix: vectors.items, at }, dimensions, block, 0, items);
    for (const [row, user] of some.entries()) {
      const cosines = block.subarray(row * items, (row + 1) * items);
      const held = heldBack[user]!;
      factors.forEach((factor, p) => {
        const scores = cosines.map((cosine, i) => cosine * factor[i]!);
        totals[p]! += ranksOf(scores, train[user]!, held).filter((rank) => rank < k).length / held.length;
      });
    }
  }
  return totals.map((total) => total / users.length);
}
