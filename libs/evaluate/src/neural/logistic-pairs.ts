import { dotAt } from '@thaw/waml';

/** Users and items as nodes, and whether the user has the item (1) or not (0). */
export interface Pairs {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly labels: Uint8Array;
}

export const pairs = (count: number): Pairs => ({
  users: new Uint32Array(count),
  items: new Uint32Array(count),
  labels: new Uint8Array(count),
});

/** Cross-entropy of a logit: −log σ(z) for the label 1, −log(1 − σ(z)) for 0; and its slope, σ(z) − label. */
export function crossEntropy(logit: number, label: number): { loss: number; slope: number } {
  const e = Math.exp(-Math.abs(logit));
  const loss = Math.log1p(e) + Math.max(0, label === 1 ? -logit : logit);
  const probability = logit >= 0 ? 1 / (1 + e) : e / (1 + e);
  return { loss, slope: probability - label };
}

/**
 * Mean cross-entropy of pairs whose logit is the inner product of their rows.
 *
 * @param rows `[nodes, d]`
 * @param gradient `[nodes, d]`; the loss's gradient by the rows is added to it
 */
export function logisticPairs(
  rows: Float32Array,
  dimensions: number,
  { users, items, labels }: Pairs,
  gradient: Float32Array,
): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const u = users[i]! * dimensions;
    const p = items[i]! * dimensions;
    const { loss, slope } = crossEntropy(dotAt(rows, u, rows, p, dimensions), labels[i]!);
    total += loss;
    const weight = slope / labels.length;
    for (let k = 0; k < dimensions; k++) {
      gradient[u + k]! += weight * rows[p + k]!;
      gradient[p + k]! += weight * rows[u + k]!;
    }
  }
  return total / labels.length;
}
