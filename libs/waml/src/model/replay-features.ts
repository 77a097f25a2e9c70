import { channelsFor } from '../channels/channel.js';
import { ChannelRun } from '../channels/channel-vectors.js';
import type { NodeVectors } from '../channels/node-vectors.js';
import type { ChoiceProblem } from '../channels/conditional-logit.js';
import { channelSourceOf, encodeTextsOf } from './channel-source.js';
import { choiceCells, cosines, DEFAULT_REPLAY_BOUNDS, repeated, type ReplayBounds } from './choice-problem.js';
import type { ModelContext } from './context.js';
import type { LearnedNetwork } from './learned-model.js';
import type { Replay } from './model-state.js';
import type { ModelSettings } from './settings.js';

/** A replay with everything that weights are fitted on and measured by: made once, fitted and measured many times. */
export interface ReplayFeatures {
  readonly settings: ModelSettings;
  /** Its features are the channels' cosines, the network's if there is one, log(1 + customers), log(1 + listings). */
  readonly problem: ChoiceProblem;
  /** Number of the seller of each group, and of the product of each item. */
  readonly sellers: readonly number[];
  readonly products: Int32Array;
  /** The network whose cosines are among the features. */
  readonly network?: LearnedNetwork;
  /** Listings of each item as of the replay. */
  readonly listings: readonly number[];
}

export interface ReplayOptions {
  readonly bounds?: Partial<ReplayBounds>;
  /** Text vectors at the settings' width, where the caller has them already. */
  readonly texts?: Float32Array;
  /** Is shown every channel's vectors, in their order, before they are let go. */
  readonly onChannel?: OnChannel;
}

/** Takes the vectors of a state's products and sellers in the channel of this place. */
export type OnChannel = (channel: number, vectors: NodeVectors) => void;

/**
 * Embeds the state of the replay, channel by channel, and keeps the cosines of the sellers and candidates that the
 * bounds allow. Memory: one channel's vectors at a time, and 4 bytes per cell and feature.
 *
 * @throws the reason of the context's signal when it aborts
 */
export async function replayFeatures(
  replay: Replay,
  settings: ModelSettings,
  context: ModelContext,
  { bounds, texts, onChannel }: ReplayOptions = {},
): Promise<ReplayFeatures> {
  const { state } = replay;
  const { products, sellers, ...cells } = choiceCells(replay, { ...DEFAULT_REPLAY_BOUNDS, ...bounds });
  const encoded = texts ?? (await encodeTextsOf(context, settings.dimensions));
  const run = new ChannelRun(channelSourceOf(state, encoded, settings, context));
  const channels = channelsFor(settings);
  const places = { ...cells, products, sellers };
  const features: Float32Array[] = [];
  for (const [i, channel] of channels.entries()) {
    context.onProgress?.({ what: `replaying channel ${channel.name}`, fraction: i / channels.length });
    const vectors = await run.vectors(channel);
    onChannel?.(i, vectors);
    features.push(cosines(vectors, places));
  }
  const { customers, listingCounts } = state;
  features.push(
    repeated(places, (product) => (replay.demandIsOfNow === true ? 0 : Math.log1p(customers[product]!))),
    repeated(places, (product) => Math.log1p(listingCounts[product]!)),
  );
  return {
    settings,
    problem: { ...cells, features },
    sellers,
    products,
    listings: Array.from(products, (product) => listingCounts[product]!),
  };
}
