/** How many listings a candidate had at the split: cold, soft cold and mildly warmed (METHOD, Table 1). */
export const LISTING_STRATA = ['0', '1-3', '4-9'] as const;
export type ListingStratum = (typeof LISTING_STRATA)[number];

/** The stratum of a number of listings. Candidates of a higher listing limit than 10 count as mildly warmed too. */
export function listingStratum(listings: number): ListingStratum {
  if (listings === 0) return '0';
  return listings <= 3 ? '1-3' : '4-9';
}
