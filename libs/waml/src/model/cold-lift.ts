import type { ChoiceProblem } from '../channels/conditional-logit.js';
import { LISTING_STRATA, listingStratum, type ListingStratum } from '../metrics/strata.js';

/** What is added to a candidate's score for the stratum that it is in. */
export type ColdLift = Readonly<Record<ListingStratum, number>>;

/**
 * How far candidates with few listings are lifted towards those with many. A cold product has no listing edges, so its
 * cosines with sellers are nearer to zero whether it suits them or not; the lift takes back `share` of that distance
 * between the mean scores of the strata. It moves strata as wholes and changes no order within one.
 *
 * @param utilities `[groups, items]`
 * @param listings of each item
 * @param share 0 leaves the scores alone, 1 makes the means of all strata equal
 */
export function coldLift(
  { items, hidden, multiplicity }: ChoiceProblem,
  utilities: Float32Array,
  listings: ArrayLike<number>,
  share: number,
): ColdLift {
  const strata = Array.from(listings, listingStratum);
  const sums = { '0': 0, '1-3': 0, '4-9': 0 };
  const counts = { '0': 0, '1-3': 0, '4-9': 0 };
  utilities.forEach((utility, cell) => {
    if (hidden[cell] === 1) return;
    const item = cell % items;
    const times = multiplicity === undefined ? 1 : multiplicity[item]!;
    sums[strata[item]!] += times * utility;
    counts[strata[item]!] += times;
  });
  const mean = (stratum: ListingStratum): number => sums[stratum] / counts[stratum];
  const liftOf = (stratum: ListingStratum): number => {
    const distance = mean('4-9') - mean(stratum);
    return Number.isFinite(distance) ? share * distance : 0; // a stratum without candidates needs no lift
  };
  return Object.fromEntries(LISTING_STRATA.map((stratum) => [stratum, liftOf(stratum)])) as Record<
    ListingStratum,
    number
  >;
}
