import type { Channel } from '../channels/channel.js';
import { channelDimensions, channelsFor } from '../channels/channel.js';
import { ChannelRun } from '../channels/channel-vectors.js';
import type { NodeVectors } from '../channels/node-vectors.js';
import { NodeInputs, type NetworkInputSettings } from '../network/node-inputs.js';
import { channelSourceOf } from './channel-source.js';
import type { ModelContext } from './context.js';
import type { ModelState } from './model-state.js';
import type { ModelSettings } from './settings.js';

/** Columns of each channel's vectors, in the channels' order. */
export const channelWidths = (settings: ModelSettings): number[] =>
  channelsFor(settings).map((channel) => channelDimensions(channel, settings.dimensions));

/**
 * Whether a network may see a channel. Eigenvectors come out turned and with other signs at every computation: what is
 * learned of them on one state says nothing on the next.
 */
export const isNetworkInput = ({ kind }: Channel): boolean => kind !== 'spectral';

/** The network's rows of all products, then of all sellers of a state, as the channels come. */
export class NetworkRows {
  readonly #inputs: NodeInputs;
  readonly #products: number;
  #isFinished = false;
  readonly #matrix: Float32Array;

  constructor(
    settings: NetworkInputSettings,
    model: ModelSettings,
    { productIds, sellerIds }: Pick<ModelState, 'productIds' | 'sellerIds'>,
  ) {
    this.#inputs = new NodeInputs(settings, channelWidths(model));
    this.#products = productIds.length;
    this.#matrix = new Float32Array((productIds.length + sellerIds.length) * settings.dimensions);
  }

  /** Row of a seller; that of a product is its number. */
  sellerRow(seller: number): number {
    return this.#products + seller;
  }

  /** d. */
  get dimensions(): number {
    return this.#inputs.settings.dimensions;
  }

  /** Rows by their numbers, one after the other. */
  gather(rows: readonly number[]): Float32Array {
    const { matrix, dimensions: d } = this;
    const gathered = new Float32Array(rows.length * d);
    rows.forEach((row, i) => gathered.set(matrix.subarray(row * d, (row + 1) * d), i * d));
    return gathered;
  }

  readonly take = (channel: number, { dimensions, products, sellers }: NodeVectors): void => {
    const d = this.dimensions;
    const add = (vectors: Float32Array, firstRow: number): void => {
      for (let at = 0, row = firstRow; at < vectors.length; at += dimensions, row++)
        this.#inputs.add(channel, vectors, at, this.#matrix, row * d);
    };
    add(products, 0);
    add(sellers, this.#products);
  };

  /** `[products + sellers, d]`, rows of length 1 or 0, once all channels are in. */
  get matrix(): Float32Array {
    if (!this.#isFinished) {
      const d = this.#inputs.settings.dimensions;
      for (let at = 0; at < this.#matrix.length; at += d) this.#inputs.finish(this.#matrix, at);
      this.#isFinished = true;
    }
    return this.#matrix;
  }

  /** The network's output for {@link matrix} as vectors of products and sellers. Nothing is copied. */
  split(output: Float32Array): NodeVectors {
    const border = this.#products * this.dimensions;
    return { dimensions: this.dimensions, products: output.subarray(0, border), sellers: output.subarray(border) };
  }

  /** Computes the rows of a state on their own, channel by channel. @throws the reason of the signal when it aborts */
  static async of(
    state: ModelState,
    settings: NetworkInputSettings,
    model: ModelSettings,
    texts: Float32Array,
    context: ModelContext,
  ): Promise<NetworkRows> {
    const rows = new NetworkRows(settings, model, state);
    const run = new ChannelRun(channelSourceOf(state, texts, model, context));
    for (const [i, channel] of channelsFor(model).entries()) {
      if (rows.#inputs.uses(i)) rows.take(i, await run.vectors(channel));
    }
    return rows;
  }
}
