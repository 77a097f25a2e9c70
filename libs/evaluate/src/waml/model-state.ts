import type { EncodeTexts, ModelState, Replay } from '@thaw/waml';
import { countCoInteractions } from '../data/co-interactions.js';
import { encodeCatalogue } from '../data/encode-catalogue.js';
import { replayOf, type Training } from '../protocol/training.js';

/** A training state as the model takes it: all pairs, whatever their count; numbers are those of the log. */
export function modelStateOf({ snapshot, candidates }: Training): ModelState {
  const { catalogue, sellerIds } = snapshot.log;
  return {
    productIds: catalogue.ids,
    sellerIds,
    categoryIds: catalogue.categoryIds,
    category: catalogue.category,
    customers: snapshot.customerCounts,
    listingCounts: snapshot.listingCounts,
    listings: snapshot.listings,
    coInteractions: countCoInteractions(snapshot.histories, 1),
    lowestCount: 1,
    candidates,
  };
}

/** The exact time replay: the histories too are as of then. */
export function modelReplayOf(training: Training): Replay {
  const { training: earlier, targets } = replayOf(training);
  return { state: modelStateOf(earlier), targets };
}

/** Encodes the texts of the log's catalogue, which are the same at any time. */
export function textsOf({ snapshot }: Training, signal: AbortSignal | undefined): EncodeTexts {
  const { catalogue } = snapshot.log;
  return (dimensions, seed) => encodeCatalogue(catalogue, { dimensions, seed, signal });
}
