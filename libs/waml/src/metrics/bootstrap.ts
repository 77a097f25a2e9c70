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
  options: BootstrapOptions = DEFAULT_BOOTSTRAP,
): readonly [low: number, high: number] {
  return bootstrapRatio(hitsBySeller(targets, k), options);
}

/** By how much one model's recall is above another's on the same targets, and the interval of that. */
export interface RecallDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The paired bootstrap of two models' Recall@K: the same sellers are drawn for both, so that what makes a seller hard
 * for both does not widen the interval.
 *
 * @param hits `[targets]`, 1 where the target is among the first K
 * @param otherHits of the model that it is compared with
 * @param sellers `[targets]`, any numbering
 */
export function bootstrapDifference(
  hits: ArrayLike<number>,
  otherHits: ArrayLike<number>,
  sellers: ArrayLike<number>,
  options: BootstrapOptions = DEFAULT_BOOTSTRAP,
): RecallDifference {
  const tallies = new Map<number, { hits: number; targets: number }>();
  let gained = 0;
  for (let i = 0; i < hits.length; i++) {
    const tally = tallies.get(sellers[i]!) ?? { hits: 0, targets: 0 };
    tallies.set(sellers[i]!, tally);
    const gain = hits[i]! - otherHits[i]!;
    tally.hits += gain;
    tally.targets++;
    gained += gain;
  }
  const [low, high] = bootstrapRatio([...tallies.values()], options);
  return { difference: gained / hits.length, low, high };
}

/** The interval of Σ hits / Σ targets over sellers drawn with replacement. */
function bootstrapRatio(
  sellers: readonly { readonly hits: number; readonly targets: number }[],
  { resamples, seed, confidence }: BootstrapOptions,
): readonly [low: number, high: number] {
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
