import type { PastColumns } from './graph-copy.js';
import { at, picked } from './model-graph.js';
import type { CandidateRule, CoInteractionColumns, ModelState, Replay, Target } from './model-state.js';

export interface GraphReplayOptions {
  /** The share of the listings, the newest, that is to be foreseen. */
  readonly share?: number;
  /**
   * Cuts at this time instead, epoch milliseconds. The state then holds what all candidates of before would keep of the
   * graph, and all of them take part.
   */
  readonly startMs?: number;
  /** Customers and counts as of `startMs`. Without them those of now stand for them. */
  readonly past?: PastColumns;
  readonly rule: CandidateRule;
}

/** As `thaw evaluate` has it. */
const DEFAULT_SHARE = 0.2;

/**
 * The time replay of a state by its listings: those of the last `share` are taken off, and are the targets where their
 * product was a candidate then and their seller had listed before. Listing counts are as of then, and with `past` so are
 * co-interactions and customers, but for those who came again since. Without, those of now have seen the answers: weights
 * trust them too much (giftware's Recall@100 .176 instead of .199, and .220 with the true past), and demand is left out of
 * what is learned (with it, .16).
 *
 * Without `startMs` only products that still are candidates take part. A product that has become warm keeps its edges to candidates alone:
 * with it among the choices, few edges would be the mark of what sellers list next (giftware's Recall@100 fell from .21
 * to .14 so).
 *
 * @returns product and seller numbers are those of the state
 */
export function replayOfGraph(state: ModelState, options: GraphReplayOptions): Replay {
  const { share = DEFAULT_SHARE, rule, past } = options;
  const customers = past?.customers ?? state.customers;
  const { seller, product, timeMs } = state.listings;
  const total = timeMs.length;
  const startMs = options.startMs ?? timeMs[Math.min(total - 1, Math.floor((1 - share) * total))] ?? 0;
  // Listings of one moment stay together: none of them can be known while another is to be foreseen.
  let cut = 0;
  while (cut < total && timeMs[cut]! < startMs) cut++;
  const listingCounts = new Uint32Array(state.productIds.length);
  const hasListed = new Uint8Array(state.sellerIds.length);
  for (let i = 0; i < cut; i++) {
    listingCounts[product[i]!]!++;
    hasListed[seller[i]!] = 1;
  }
  const takesPart = new Uint8Array(state.productIds.length);
  if (options.startMs !== undefined) takesPart.fill(1);
  else for (const p of state.candidates) takesPart[p] = 1;
  const isCandidate = (p: number): boolean =>
    takesPart[p] === 1 && customers[p]! >= rule.minCustomers && listingCounts[p]! < rule.maxListings;
  const targets: Target[] = [];
  for (let i = cut; i < total; i++) {
    if (hasListed[seller[i]!] === 1 && isCandidate(product[i]!)) {
      targets.push({ seller: seller[i]!, product: product[i]! });
    }
  }
  return {
    state: {
      ...state,
      customers,
      coInteractions: past === undefined ? state.coInteractions : coInteractionsThen(state, past),
      listingCounts,
      listings: {
        seller: Uint32Array.from({ length: cut }, (_, i) => seller[i]!),
        product: Uint32Array.from({ length: cut }, (_, i) => product[i]!),
        timeMs: Float64Array.from({ length: cut }, (_, i) => timeMs[i]!),
      },
      candidates: Int32Array.from(listingCounts.keys()).filter(isCandidate),
    },
    targets,
    ...(past === undefined && { demandIsOfNow: true }),
  };
}

/** The pairs that would have been edges then. */
function coInteractionsThen(
  { coInteractions, lowestCount }: ModelState,
  { counts }: PastColumns,
): CoInteractionColumns {
  const { first, second, count } = coInteractions;
  const kept = picked(count.length, (edge) => counts[edge]! >= lowestCount);
  return { first: at(first, kept), second: at(second, kept), count: at(counts, kept) };
}
