import type { EventLog, InteractionColumns, ListingColumns } from './event-log.js';
import { columnCounts, sparseRows, type SparseRows } from './sparse-rows.js';

/** What can be known at one moment: the listings and the customers' histories before it. */
export interface Snapshot {
  readonly log: EventLog;
  /** Events at or after this time are not in the snapshot, Unix epoch milliseconds. */
  readonly timeMs: number;
  /** Distinct listings, ascending by the time of the first. */
  readonly listings: ListingColumns;
  /** Seller × product; a seller's products ascending by time. */
  readonly listed: SparseRows;
  /** Customer × product: histories of at most H products, the newest first. */
  readonly histories: SparseRows;
  /** Sellers per product. */
  readonly listingCounts: Uint32Array;
  /** Customers per product, whether or not it still is in their bounded history. */
  readonly customerCounts: Uint32Array;
}

/** Distinct (who, product) pairs as one number. */
const pairKey = (products: number, who: number, product: number): number => who * products + product;

/**
 * The state of the log just before `timeMs`.
 *
 * @param historyLimit H: how many distinct products of a customer count, those of the newest interactions first
 */
export function snapshotAt(log: EventLog, timeMs: number, historyLimit: number): Snapshot {
  const products = log.catalogue.ids.length;
  const listings = firstListings(log.listings, products, timeMs);
  const listed = sparseRows(log.sellerIds.length, products, listings.seller, listings.product);
  const interests = newestInteractions(log.interactions, products, timeMs);
  return {
    log,
    timeMs,
    listings,
    listed,
    histories: boundedHistories(log.customerCount, products, interests, historyLimit),
    listingCounts: columnCounts(listed),
    customerCounts: columnCounts(sparseRows(log.customerCount, products, interests.customer, interests.product)),
  };
}

/** Distinct listings before a time, each at its first. */
export function firstListings(
  { seller, product, timeMs }: ListingColumns,
  products: number,
  before: number,
): ListingColumns {
  const seen = new Set<number>();
  const kept: number[] = [];
  for (let i = 0; i < timeMs.length && timeMs[i]! < before; i++) {
    const key = pairKey(products, seller[i]!, product[i]!);
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(i);
  }
  return {
    seller: Int32Array.from(kept, (i) => seller[i]!),
    product: Int32Array.from(kept, (i) => product[i]!),
    timeMs: Float64Array.from(kept, (i) => timeMs[i]!),
  };
}

/** One row per (customer, product), with the time of the last interaction. */
function newestInteractions(all: InteractionColumns, products: number, before: number): InteractionColumns {
  const last = new Map<number, number>();
  for (let i = 0; i < all.timeMs.length; i++) {
    const time = all.timeMs[i]!;
    if (time >= before) continue;
    const key = pairKey(products, all.customer[i]!, all.product[i]!);
    const known = last.get(key);
    if (known === undefined || known < time) last.set(key, time);
  }
  const keys = [...last.keys()];
  return {
    customer: Int32Array.from(keys, (key) => Math.floor(key / products)),
    product: Int32Array.from(keys, (key) => key % products),
    timeMs: Float64Array.from(last.values()),
  };
}

/** Ties in time go to the smaller product number, so that the result depends on the set of events alone. */
function boundedHistories(
  customers: number,
  products: number,
  { customer, product, timeMs }: InteractionColumns,
  limit: number,
): SparseRows {
  const order = Uint32Array.from(timeMs.keys()).sort(
    (a, b) => customer[a]! - customer[b]! || timeMs[b]! - timeMs[a]! || product[a]! - product[b]!,
  );
  const kept: number[] = [];
  let held = 0;
  order.forEach((row, i) => {
    held = i > 0 && customer[order[i - 1]!] === customer[row] ? held + 1 : 0;
    if (held < limit) kept.push(row);
  });
  return sparseRows(
    customers,
    products,
    kept.map((row) => customer[row]!),
    kept.map((row) => product[row]!),
  );
}
