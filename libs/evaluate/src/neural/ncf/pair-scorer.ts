import type { Scores } from '../../protocol/recommender.js';
import type { TowerWeights } from './tower.js';

/** What NeuMF's scores are made of: the vectors of users and of candidates, and the tower. */
export interface NcfRows {
  /** `[users, d]` and `[candidates, d]`: of GMF. */
  readonly userFactors: Float32Array;
  readonly itemFactors: Float32Array;
  /** `[users, d]` and `[candidates, d]`: of the tower. */
  readonly userRows: Float32Array;
  readonly itemRows: Float32Array;
  readonly d: number;
}

/** `rows [n, d] · weight[from … from + d) [d, m]` */
function projected(rows: Float32Array, d: number, weight: Float32Array, m: number, from: number): Float32Array {
  const result = new Float32Array((rows.length / d) * m);
  for (let r = 0; r * d < rows.length; r++) {
    for (let k = 0; k < d; k++) {
      const value = rows[r * d + k]!;
      for (let c = 0; c < m; c++) result[r * m + c]! += value * weight[(from + k) * m + c]!;
    }
  }
  return result;
}

/**
 * A seller's logits of all candidates, in plain code when asked for, since a matrix of all of them need not fit. The
 * tower's first layer is linear before its ReLU, so both sides' parts of it are computed once.
 */
export function ncfScores(rows: NcfRows, { widths, layers, out }: TowerWeights): Scores['scoresOf'] {
  const { d } = rows;
  const [first, ...rest] = layers as [TowerWeights['layers'][number], ...TowerWeights['layers']];
  const width = widths[1]!;
  const byUser = projected(rows.userRows, d, first.weight, width, 0);
  const byItem = projected(rows.itemRows, d, first.weight, width, d);
  const top = widths.at(-1)!;
  const own = out.subarray(top);
  const scores = new Float64Array(rows.itemRows.length / d);
  const activations = widths.slice(1).map((size) => new Float64Array(size));
  const base = new Float64Array(width);
  return (user) => {
    for (let c = 0; c < width; c++) base[c] = byUser[user * width + c]! + first.bias[c]!;
    for (let item = 0; item < scores.length; item++) {
      const hidden = activations[0]!;
      for (let c = 0; c < width; c++) hidden[c] = Math.max(0, base[c]! + byItem[item * width + c]!);
      rest.forEach(({ weight, bias }, l) => dense(activations[l]!, weight, bias, activations[l + 1]!));
      let logit = 0;
      for (let c = 0; c < top; c++) logit += out[c]! * activations.at(-1)![c]!;
      for (let k = 0; k < d; k++) logit += own[k]! * rows.userFactors[user * d + k]! * rows.itemFactors[item * d + k]!;
      scores[item] = logit;
    }
    return scores;
  };
}

/** `output ← ReLU(input · weight + bias)` */
function dense(input: Float64Array, weight: Float32Array, bias: Float32Array, output: Float64Array): void {
  output.set(bias);
  for (let k = 0; k < input.length; k++) {
    const value = input[k]!;
    if (value === 0) continue;
    for (let c = 0; c < output.length; c++) output[c]! += value * weight[k * output.length + c]!;
  }
  for (let c = 0; c < output.length; c++) output[c] = Math.max(0, output[c]!);
}
