/**
 * The place of one item in the ranking by descending score: how many of the items that may be shown stand before it.
 * Of equal scores the smaller index stands first, so that a constant score is no advantage.
 *
 * @param scores one per item
 * @param hidden 1 for the items that may not be shown; the item itself is shown
 * @returns 0 for the best
 */
export function rankOf(scores: ArrayLike<number>, item: number, hidden: Uint8Array): number {
  const own = scores[item]!;
  let before = 0;
  for (let i = 0; i < scores.length; i++) {
    if (hidden[i] === 1 || i === item) continue;
    const other = scores[i]!;
    if (other > own || (other === own && i < item)) before++;
  }
  return before;
}
