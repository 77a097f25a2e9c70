import type { Relation } from '../graph/node-types.js';
import { PAPER_ALPHAS } from '../propagation/layers.js';
import type { EdgeWeights, Normalisation } from '../propagation/propagation-graph.js';

/** What a node starts from. The sum is METHOD's: HASH(id) + HASH(type) + x. */
export type ChannelInput = 'id' | 'text' | 'id+text' | 'id+type+text';

/** A channel whose products and sellers come out of one propagation. */
export interface PropagatedChannel {
  readonly kind: 'propagated';
  readonly name: string;
  readonly input: ChannelInput;
  readonly relations: readonly Relation[];
  readonly edgeWeights: EdgeWeights;
  readonly normalisation: Normalisation;
  /** One α per layer. */
  readonly alphas: readonly number[];
}

/** A channel without propagation: a product is its text, a seller the mean of what it lists. */
export interface ProfileChannel {
  readonly kind: 'profile';
  readonly name: string;
  /** Listings after which an older one counts half; Infinity counts all alike. */
  readonly halfLife: number;
}

/** A channel of the leading eigenvectors of the whole graph, co-interactions weighted by their cosine. */
export interface SpectralChannel {
  readonly kind: 'spectral';
  readonly name: string;
  readonly columns: number;
}

/** One view of the graph. Every node has a vector in every channel; a channel's score is the cosine in it. */
export type Channel = PropagatedChannel | ProfileChannel | SpectralChannel;

/** Columns of a channel's vectors, where those of hashes and texts have `dimensions`. */
export const channelDimensions = (channel: Channel, dimensions: number): number =>
  channel.kind === 'spectral' ? channel.columns : dimensions;

/** What a shop may need otherwise: chosen on the time replay. */
export interface ChannelSettings {
  readonly normalisation: Normalisation;
  /** α of the channels with many layers. */
  readonly alphas: readonly number[];
}

export const DEFAULT_CHANNEL_SETTINGS: ChannelSettings = { normalisation: 'plain', alphas: PAPER_ALPHAS };

const ALL: readonly Relation[] = ['co-interaction', 'listing', 'category'];
/** α of the text channel that stays near the product's own text. */
const NEAR_ALPHAS = [0.7, 0.7];
const SPECTRAL_COLUMNS = 64;
/** In listings. */
const RECENT = 10;

/** The channels that are learned over (docs/decisions/0003-channels.md says what each was seen to add). */
export function channelsFor({ normalisation, alphas }: ChannelSettings): readonly Channel[] {
  const propagated = (name: string, input: ChannelInput, changes: Partial<PropagatedChannel> = {}): Channel => ({
    kind: 'propagated',
    name,
    input,
    relations: ALL,
    edgeWeights: 'none',
    normalisation,
    alphas,
    ...changes,
  });
  return [
    propagated('id', 'id'),
    propagated('id-log-count', 'id', { edgeWeights: 'log-count' }),
    propagated('id-listings', 'id', { relations: ['listing', 'category'] }),
    propagated('text', 'text'),
    propagated('text-near', 'text', { alphas: NEAR_ALPHAS }),
    { kind: 'profile', name: 'text-profile', halfLife: Infinity },
    { kind: 'profile', name: 'text-recent', halfLife: RECENT },
    { kind: 'spectral', name: 'spectral', columns: SPECTRAL_COLUMNS },
  ];
}

/** The paper's own model without its trained part: one sum, one propagation. */
export const PAPER_CHANNEL: PropagatedChannel = {
  kind: 'propagated',
  name: 'sum',
  input: 'id+type+text',
  relations: ALL,
  edgeWeights: 'none',
  normalisation: 'plain',
  alphas: PAPER_ALPHAS,
};
