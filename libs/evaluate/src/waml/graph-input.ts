import { HashedTfIdfEncoder } from '@thaw/text';
import type { ChannelSource, Propagate } from '@thaw/waml';
import { countCoInteractions, type CoInteractions } from '../data/co-interactions.js';
import type { FitContext } from '../protocol/recommender.js';
import type { Training } from '../protocol/training.js';
import { reduceGraph } from './reduced-graph.js';

/** What all graphs and channels of one training state share: counted and encoded once. */
export interface GraphInput {
  readonly training: Training;
  /** All pairs, whatever their count. */
  readonly coInteractions: CoInteractions;
  /** `[products, d]` */
  readonly texts: Float32Array;
  readonly dimensions: number;
  readonly seed: number;
  readonly propagate: Propagate;
  readonly signal: AbortSignal | undefined;
}

export function prepareGraphInput(
  training: Training,
  dimensions: number,
  propagate: Propagate,
  { seed, signal }: FitContext,
): GraphInput {
  const { texts } = training.snapshot.log.catalogue;
  // Another seed than the ids': with the same, a word could look like a node.
  const encoder = new HashedTfIdfEncoder({ dimensions, seed: seed + 1_000_003 });
  encoder.learn(texts);
  return {
    training,
    coInteractions: countCoInteractions(training.snapshot.histories, 1),
    texts: encoder.encodeNow(texts, signal),
    dimensions,
    seed,
    propagate,
    signal,
  };
}

/** The channel source of one co-interaction threshold. */
export function channelSource(input: GraphInput, threshold: number): ChannelSource {
  const { training, coInteractions, texts, dimensions, seed, propagate, signal } = input;
  const { log, listings } = training.snapshot;
  return {
    graph: reduceGraph(training, coInteractions, threshold),
    productIds: log.catalogue.ids,
    sellerIds: log.sellerIds,
    customers: training.snapshot.customerCounts,
    texts,
    listings,
    dimensions,
    seed,
    propagate,
    ...(signal && { signal }),
  };
}
