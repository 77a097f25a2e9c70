import { ThawError } from '@thaw/contracts';
import { channelsFor, type Channel } from '../channels/channel.js';
import type { ChannelLayers } from '../channels/channel-vectors.js';
import type { NodeType } from '../graph/node-types.js';
import type { GraphCopy } from '../model/graph-copy.js';
import type { LearnedModel } from '../model/learned-model.js';
import type { NamedTensor } from '../network/parameters.js';
import { LiveGraph } from './live-graph.js';
import { nodeSignatures } from './signature.js';

/** Ids of the rows of the states: products first, then sellers, then categories. */
export type StateIds = Readonly<Record<NodeType, readonly string[]>>;

/**
 * What single nodes are embedded from: the layers of every node as a version propagated them. N is the number of ids of
 * all types, d the columns of a channel.
 */
export interface LayerStates {
  readonly ids: StateIds;
  readonly seed: number;
  readonly learned: LearnedModel;
  /** `[products, d]` */
  readonly texts: Float32Array;
  /** By name of the channel: ĥ¹ to ĥ^{K−1}, `[N, d]` each with rows of length 1 or 0; basis `[N, columns]` and λ. */
  readonly channels: ReadonlyMap<string, StoredLayers>;
  /** `[N, 2]`: what the text and the neighbourhood of each node looked like; see `nodeSignature`. */
  readonly signatures: Uint32Array;
  /** Of the model's network, where it has one. */
  readonly parameters?: readonly NamedTensor[];
}

export interface StoredLayers {
  readonly layers?: readonly Float32Array[];
  readonly spectral?: { readonly basis: Float32Array; readonly eigenvalues: Float32Array };
}

/** A part of the states as it is written to a file: row-major. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint32Array;
}

/** Takes what `embed` gives to `keepLayers`. */
export class LayerKeeper {
  readonly channels = new Map<string, StoredLayers>();

  readonly keep = ({ name }: Channel, { layers, spectral }: ChannelLayers): void => {
    this.channels.set(name, {
      ...(layers && { layers }),
      ...(spectral && { spectral: { basis: spectral.basis, eigenvalues: spectral.eigenvalues } }),
    });
  };
}

/**
 * The states of a version that has just been embedded from `copy`.
 *
 * @param keeper the one whose `keep` was given to `embed`
 * @param texts `[products, d]`, as they were given to `embed`
 */
export function layerStatesOf(
  copy: Pick<GraphCopy, 'state' | 'texts'>,
  { learned, seed, keeper, texts }: Pick<LayerStates, 'learned' | 'seed' | 'texts'> & { readonly keeper: LayerKeeper },
): LayerStates {
  const { productIds, sellerIds, categoryIds } = copy.state;
  const ids = { product: productIds, seller: sellerIds, category: categoryIds };
  const live = new LiveGraph(copy);
  live.useThreshold(learned.settings.coInteractionThreshold);
  return { ids, seed, learned, texts, channels: keeper.channels, signatures: nodeSignatures(live, rowsOf(ids)) };
}

const rowsOf = (ids: StateIds): number => ids.product.length + ids.seller.length + ids.category.length;

/** The states as flat arrays, without ids and learned weights. Nothing is copied. */
export function stateTensors({ ids, learned, texts, channels, signatures }: LayerStates): StateTensor[] {
  const rows = rowsOf(ids);
  const { dimensions } = learned.settings;
  const tensors: StateTensor[] = [
    { name: 'texts', shape: [ids.product.length, dimensions], data: texts },
    { name: 'signatures', shape: [rows, 2], data: signatures },
  ];
  for (const [name, { layers = [], spectral }] of channels) {
    layers.forEach((data, i) => tensors.push({ name: layerName(name, i + 1), shape: [rows, dimensions], data }));
    if (spectral === undefined) continue;
    const columns = spectral.eigenvalues.length;
    tensors.push(
      { name: basisName(name), shape: [rows, columns], data: spectral.basis },
      { name: eigenvaluesName(name), shape: [columns], data: spectral.eigenvalues },
    );
  }
  return tensors;
}

/**
 * The states that {@link stateTensors} made the arrays of. Nothing is copied.
 *
 * @param tensor the array of a name, undefined where the file has none
 * @throws ThawError MODEL_STATES_INVALID when one is missing or has another length than ids and settings ask for
 */
export function statesFrom(
  tensor: (name: string) => StateTensor['data'] | undefined,
  about: Pick<LayerStates, 'ids' | 'seed' | 'learned'>,
): LayerStates {
  const { ids, learned } = about;
  const rows = rowsOf(ids);
  const { dimensions } = learned.settings;
  const floats = (name: string, length: number): Float32Array => {
    const data = tensor(name);
    if (data instanceof Float32Array && data.length === length) return data;
    throw invalid(name, `${length} floats`, data);
  };
  const channels = new Map<string, StoredLayers>();
  for (const channel of channelsFor(learned.settings)) {
    const { kind, name } = channel;
    if (kind === 'propagated') {
      const layer = (_: number, i: number): Float32Array => floats(layerName(name, i + 1), rows * dimensions);
      channels.set(name, { layers: channel.alphas.slice(1).map(layer) });
    } else if (kind === 'spectral') {
      const basis = floats(basisName(name), rows * channel.columns);
      channels.set(name, { spectral: { basis, eigenvalues: floats(eigenvaluesName(name), channel.columns) } });
    }
  }
  const signatures = tensor('signatures');
  if (!(signatures instanceof Uint32Array) || signatures.length !== 2 * rows)
    throw invalid('signatures', `${2 * rows} unsigned integers`, signatures);
  return { ...about, texts: floats('texts', ids.product.length * dimensions), channels, signatures };
}

/** Bytes of the states of one node at a width, texts included: what live embedding costs in memory. */
export function stateBytesPerNode(learned: Pick<LearnedModel, 'settings'>): number {
  const { dimensions } = learned.settings;
  const columns = channelsFor(learned.settings).reduce((sum, channel) => {
    if (channel.kind === 'propagated') return sum + (channel.alphas.length - 1) * dimensions;
    return channel.kind === 'spectral' ? sum + channel.columns : sum;
  }, dimensions);
  return 4 * (columns + 2);
}

const layerName = (channel: string, layer: number): string => `${channel}.layer${layer}`;
const basisName = (channel: string): string => `${channel}.basis`;
const eigenvaluesName = (channel: string): string => `${channel}.eigenvalues`;

function invalid(name: string, expected: string, data: StateTensor['data'] | undefined): ThawError {
  return new ThawError(
    'MODEL_STATES_INVALID',
    `The layer states of this version cannot be used: ${name} should hold ${expected}, and ${
      data ? `holds ${data.length} ${data.constructor.name} entries` : 'is missing'
    }. Nodes cannot be embedded between versions until the next one is published.`,
  );
}
