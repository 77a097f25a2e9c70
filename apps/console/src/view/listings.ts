/** Shares of the candidate set by number of listings, as the paper prints them (table 1). */
export const TABLE_1 = [
  { bucket: '0', name: 'cold', share: 0.142 },
  { bucket: '1–3', name: 'soft cold', share: 0.479 },
  { bucket: '4+', name: 'mildly warmed', share: 0.378 },
] as const;

export interface ListingsBar {
  readonly bucket: string;
  readonly name: string;
  readonly candidates: number;
  /** Of the candidates; 0 where there are none. */
  readonly share: number;
  readonly paperShare: number;
}

/** @param candidatesByListings candidates with 0, 1 to 3, and 4 or more listings */
export function listingsBars(candidatesByListings: readonly number[]): readonly ListingsBar[] {
  const total = candidatesByListings.reduce((sum, each) => sum + each, 0);
  return TABLE_1.map(({ bucket, name, share: paperShare }, i) => {
    const candidates = candidatesByListings[i] ?? 0;
    return { bucket, name, candidates, share: total === 0 ? 0 : candidates / total, paperShare };
  });
}
