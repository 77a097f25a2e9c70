import type { ChannelSource } from '../channels/channel-vectors.js';
import type { ModelContext } from './context.js';
import { textSeed } from './context.js';
import { modelGraph } from './model-graph.js';
import type { ModelState } from './model-state.js';

/** What the channels of a state are computed from, at one threshold and width. */
export function channelSourceOf(
  state: ModelState,
  texts: Float32Array,
  { coInteractionThreshold, dimensions }: { readonly coInteractionThreshold: number; readonly dimensions: number },
  { seed, propagate, signal }: ModelContext,
): ChannelSource {
  const { productIds, sellerIds, customers, listings } = state;
  const graph = modelGraph(state, coInteractionThreshold);
  return {
    graph,
    productIds,
    sellerIds,
    customers,
    texts,
    listings,
    dimensions,
    seed,
    propagate,
    ...(signal && { signal }),
  };
}

/** The texts of a state at one width. */
export const encodeTextsOf = async ({ encodeTexts, seed }: ModelContext, dimensions: number): Promise<Float32Array> =>
  encodeTexts(dimensions, textSeed(seed));
