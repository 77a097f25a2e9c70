import type { graph } from '@thaw/contracts';
import { count } from '../terminal/format.js';

/** Why apps/graph has the product as a candidate or not, in words. */
export function candidateAsText(facts: graph.GetProductResponse): string {
  const { known, active, eventTimeMs, candidate, customers, listings, settings } = facts;
  if (!known) return 'no: no event has named it';
  if (!active) {
    return eventTimeMs > 0
      ? `no: removed on ${new Date(eventTimeMs).toISOString()}`
      : 'no: it was listed or touched, but no event of the catalogue has told of it';
  }
  const { maxListings = 0, minCustomers = 0 } = settings ?? {};
  const numbers = `${count(listings)} listings (fewer than ${maxListings} needed), ${count(customers)} customers (${minCustomers} needed)`;
  if (candidate) return `yes: ${numbers}`;
  if (listings >= maxListings) return `no, it is warm: ${numbers}`;
  if (customers < minCustomers) return `no, too few customers: ${numbers}`;
  return `no, a hysteresis setting holds it back: ${numbers}`;
}
