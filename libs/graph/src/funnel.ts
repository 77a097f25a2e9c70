import type { graph } from '@thaw/contracts';
import type { GraphState } from './state.js';

/** The reduction in numbers, as it stands. */
export function funnel(state: GraphState): graph.GetFunnelResponse {
  const { reduction, counting, settings } = state;
  const { customers, interactions, pairs } = counting.counter.stats;
  const buckets = [0, 0, 0];
  for (let listings = 0; listings < settings.maxListings; listings++) {
    buckets[listings === 0 ? 0 : listings <= 3 ? 1 : 2]! += reduction.candidatesWith(listings);
  }
  return {
    sequence: state.sequence,
    customers,
    interactions,
    pairs: Math.max(pairs, counting.counter.edges.size),
    edgesAtThreshold: counting.counter.edges.size,
    edgesKept: reduction.shown.size,
    trainingProducts: reduction.trainingProducts,
    candidates: reduction.candidates,
    sellers: state.sellerIds.size,
    categories: reduction.categories,
    candidatesByListings: buckets,
  };
}
