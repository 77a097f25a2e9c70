import { graph } from '@thaw/contracts';
import type { GraphSettings } from '../settings.js';

/** What the policy looks at. */
export interface Standing {
  /** In the catalogue and not removed. */
  readonly active: boolean;
  readonly customers: number;
  readonly listings: number;
}

/**
 * Whether a product is a candidate, given whether it was one: demanded by at least `minCustomers`, listed by fewer than
 * `maxListings` sellers. The hysteresis settings keep one that sits on a limit from going in and out with every event.
 */
export function isCandidate(was: boolean, now: Standing, settings: GraphSettings): boolean {
  if (!now.active) return false;
  return was
    ? now.listings < settings.maxListings && now.customers >= settings.minCustomers - settings.demandHysteresis
    : now.listings < settings.maxListings - settings.listingHysteresis && now.customers >= settings.minCustomers;
}

/** Which limit a newly admitted product crossed, told from how it stood before. */
export function admissionReason(before: Standing, settings: GraphSettings): graph.ChangeReason {
  if (!before.active) return graph.ChangeReason.PRODUCT_ADDED;
  return before.customers < settings.minCustomers
    ? graph.ChangeReason.DEMAND_REACHED
    : graph.ChangeReason.LISTINGS_WITHDRAWN;
}

/** Which limit an evicted product crossed. */
export function evictionReason(now: Standing, settings: GraphSettings): graph.ChangeReason {
  if (!now.active) return graph.ChangeReason.PRODUCT_REMOVED;
  return now.listings >= settings.maxListings ? graph.ChangeReason.LISTINGS_REACHED : graph.ChangeReason.DEMAND_GONE;
}
