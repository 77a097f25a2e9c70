import { mix32 } from '../hashing/string-hash.js';
import { hitsBySeller, type RankedTarget } from './recall.js';

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
  /** The share of resamples inside the interval. */
  readonly confidence: number;
}

export const DEFAULT_BOOTSTRAP: BootstrapOptions = { resamples: 1000, seed: 1, confidence: 0.95 };

/**
 * The percentile bootstrap interval of Recall@K (Efron 1979), drawing whole sellers: the listings of one seller stand
 * or fall together, so that drawing single edges would make the interval too narrow.
 *
 * @returns the lower and upper end; NaN when there are no targets
 */
export function bootstrapRecall(
  targets: readonly RankedTarget[],
  k: number,
  { resamples, seed, confidence }: BootstrapOptions = DEFAULT_BOOTSTRAP,
): readonly [low: number, high: number] {
  const sellers = hitsBySeller(targets, k);
  if (sellers.length === 0) return [NaN, NaN];
  let state = seed;
  const draw = (): { hits: number; targets: number } => {
    state = (state + 0x9e3779b9) | 0;
    return sellers[Math.floor(((mix32(state) >>> 0) / 2 ** 32) * sellers.length)]!;
  };
  const recalls = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let hits = 0;
    let total = 0;
    for (let i = 0; i < sellers.length; i++) {
      const seller = draw();
      hits += seller.hits;
      total += seller.targets;
    }
    recalls[r] = hits / total;
  }
  recalls.sort();
  const tail = (1 - confidence) / 2;
  const at = (share: number): number => recalls[Math.round(share * (resamples - 1))]!;
  return [at(tail), at(1 - tail)];
}
