import type { BatchReduction, Difference, GraphSettings } from '@thaw/graph';

/** Whether the candidates depend on the order of the events, so that no batch can tell them. */
export const hasHysteresis = ({ listingHysteresis, demandHysteresis }: GraphSettings): boolean =>
  listingHysteresis > 0 || demandHysteresis > 0;

/**
 * Candidates that no order of the events allows: a live one outside the band in which a candidate may stay, or a product
 * that must be admitted at whatever it was before, and is none.
 */
export function* impossibleCandidates(
  live: ReadonlySet<string>,
  { products, customers, listings }: BatchReduction,
  settings: GraphSettings,
): Generator<Difference> {
  const { minCustomers, maxListings, listingHysteresis, demandHysteresis } = settings;
  for (const id of new Set([...products.keys(), ...live])) {
    const demand = customers.get(id) ?? 0;
    const sellers = listings.get(id)?.size ?? 0;
    const isActive = products.get(id)?.status === 'active';
    const may = isActive && sellers < maxListings && demand >= minCustomers - demandHysteresis;
    const must = isActive && sellers < maxListings - listingHysteresis && demand >= minCustomers;
    if (live.has(id) && !may) yield { what: 'candidate', id, live: true, expected: false };
    if (!live.has(id) && must) yield { what: 'candidate', id, live: false, expected: true };
  }
}
