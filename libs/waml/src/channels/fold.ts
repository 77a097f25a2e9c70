import type { NodeVectors } from './node-vectors.js';

/**
 * Folds channels into one vector per node: `score(s, p) = Σ weightᵢ cosᵢ(s, p) + bias(p)` becomes the inner product of
 * the seller's and the product's vector, so that one index serves it. The weights are on the product's side; the bias
 * is one more dimension, in which every seller is 1.
 *
 * @param channels unit vectors, all for the same products and sellers
 * @param bias `[products]`
 */
export function foldChannels(
  channels: readonly NodeVectors[],
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
): NodeVectors {
  const dimensions = channels.reduce((sum, channel) => sum + channel.dimensions, 1);
  const first = channels[0];
  const productCount = bias.length;
  const sellerCount = first === undefined ? 0 : first.sellers.length / first.dimensions;
  const products = new Float32Array(productCount * dimensions);
  const sellers = new Float32Array(sellerCount * dimensions);
  let offset = 0;
  channels.forEach((channel, i) => {
    writeFolded(channel, weights[i]!, { dimensions, products, sellers }, offset);
    offset += channel.dimensions;
  });
  for (let p = 0; p < productCount; p++) products[p * dimensions + offset] = bias[p]!;
  for (let s = 0; s < sellerCount; s++) sellers[s * dimensions + offset] = 1;
  return { dimensions, products, sellers };
}

/** Writes one channel to its columns of the folded vectors, from `offset` on. */
export function writeFolded(channel: NodeVectors, weight: number, folded: NodeVectors, offset: number): void {
  const { dimensions } = folded;
  copyScaled(channel.products, channel.dimensions, weight, folded.products, dimensions, offset);
  copyScaled(channel.sellers, channel.dimensions, 1, folded.sellers, dimensions, offset);
}

function copyScaled(
  from: Float32Array,
  width: number,
  scale: number,
  to: Float32Array,
  stride: number,
  offset: number,
): void {
  for (let row = 0; row * width < from.length; row++) {
    for (let k = 0; k < width; k++) to[row * stride + offset + k] = scale * from[row * width + k]!;
  }
}
