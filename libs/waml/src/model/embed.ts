import { ThawError } from '@thaw/contracts';
import { channelDimensions, channelsFor } from '../channels/channel.js';
import { ChannelRun, type KeepLayers } from '../channels/channel-vectors.js';
import { writeFolded } from '../channels/fold.js';
import type { NodeVectors } from '../channels/node-vectors.js';
import { channelSourceOf, encodeTextsOf } from './channel-source.js';
import type { ModelContext } from './context.js';
import { productBias, type LearnedModel } from './learned-model.js';
import type { ModelState } from './model-state.js';
import type { EmbedRows } from './network-features.js';
import { NetworkRows } from './network-rows.js';
import { foldedDimensions } from './settings.js';

/** One channel's stretch of a folded vector. */
export interface FoldedChannel {
  readonly name: string;
  readonly dimensions: number;
  /** What the products' side was multiplied by. */
  readonly weight: number;
}

/** All vectors of a version: row i is that of product or seller number i of the state. */
export interface FoldedModel extends NodeVectors {
  /** In the order in which they lie in a row; the last column of a row is the bias, 1 for a seller. */
  readonly channels: readonly FoldedChannel[];
}

export interface EmbedOptions {
  /** Text vectors at the settings' width, where the caller has them already. */
  readonly texts?: Float32Array;
  /** Is given what single nodes are embedded from later. */
  readonly keepLayers?: KeepLayers;
  /** Passes rows through the model's network. */
  readonly embedRows?: EmbedRows;
}

/**
 * Embeds every product and seller of a state with learned weights, folded so that the score of a product for a seller is
 * one inner product. Memory: the folded rows, and one channel's vectors at a time.
 *
 * @throws ThawError NETWORK_INVALID when the model has a network and nothing passes rows through it; the reason of the
 *   context's signal when it aborts
 */
export async function embed(
  state: ModelState,
  learned: LearnedModel,
  context: ModelContext,
  { texts, keepLayers, embedRows }: EmbedOptions = {},
): Promise<FoldedModel> {
  const { settings, weights, network } = learned;
  if (network !== undefined && embedRows === undefined) {
    throw new ThawError('NETWORK_INVALID', 'the model has a network, and its parameters were not given');
  }
  const channels = channelsFor(settings).map((channel, i) => ({ channel, weight: weights.channels[i]! }));
  const encoded = texts ?? (await encodeTextsOf(context, settings.dimensions));
  const run = new ChannelRun(channelSourceOf(state, encoded, settings, context), keepLayers);
  const dimensions = foldedDimensions(
    channels.map(({ channel }) => channel),
    settings.dimensions,
    network?.settings.dimensions,
  );
  const rows = network && new NetworkRows(network.input, settings, state);
  const products = new Float32Array(state.productIds.length * dimensions);
  const sellers = new Float32Array(state.sellerIds.length * dimensions);
  let offset = 0;
  for (const [i, { channel, weight }] of channels.entries()) {
    context.onProgress?.({ what: `embedding channel ${channel.name}`, fraction: i / channels.length });
    const vectors = await run.vectors(channel);
    rows?.take(i, vectors);
    writeFolded(vectors, weight, { dimensions, products, sellers }, offset);
    offset += vectors.dimensions;
  }
  if (rows !== undefined) {
    context.onProgress?.({ what: 'embedding with the network', fraction: 1 });
    const vectors = rows.split(await embedRows!(rows.matrix));
    writeFolded(vectors, weights.network!, { dimensions, products, sellers }, offset);
    offset += vectors.dimensions;
  }
  state.productIds.forEach((_, product) => {
    const bias = productBias(learned, state.customers[product]!, state.listingCounts[product]!);
    products[product * dimensions + offset] = bias;
  });
  state.sellerIds.forEach((_, seller) => (sellers[seller * dimensions + offset] = 1));
  return {
    dimensions,
    products,
    sellers,
    channels: [
      ...channels.map(({ channel, weight }) => ({
        name: channel.name,
        dimensions: channelDimensions(channel, settings.dimensions),
        weight,
      })),
      ...(rows === undefined ? [] : [{ name: 'network', dimensions: rows.dimensions, weight: weights.network! }]),
    ],
  };
}
