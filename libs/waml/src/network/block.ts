import type { Tensor } from '@tensorflow/tfjs-core';
import { fusedBlock } from './fused-block.js';
import { feedForward, standardRows, unitRows, type Layer } from './layers.js';
import type { NetworkSettings } from './settings.js';
import type { Ops } from './tensor-api.js';

/**
 * One block (METHOD, "BERT-FFN layers") of `x [m, d]`.
 * @param parameters of the block, in the order of `parameterShapes`
 * @param dropout factors of x₃, `[m, d]`; none outside training
 */
export function networkBlock(
  ops: Ops,
  settings: NetworkSettings,
  x: Tensor,
  parameters: readonly Tensor[],
  dropout?: Tensor,
): Layer {
  if (ops.fused !== undefined && settings.block === 'bert' && settings.normalizeBlocks) {
    return fusedBlock(ops, ops.fused, settings.beta, x, parameters, dropout);
  }
  return settings.block === 'bert'
    ? bertBlock(ops, settings, x, parameters, dropout)
    : plainBlock(ops, x, parameters, dropout);
}

/**
 * LayerNorm's gain and shift are folded into W₁ and b₁, which are smaller than the activations; their gradients follow
 * from the folded ones', so that a first block needs none by its input.
 */
function bertBlock(
  ops: Ops,
  { beta, normalizeBlocks }: NetworkSettings,
  x: Tensor,
  parameters: readonly Tensor[],
  dropout: Tensor | undefined,
): Layer {
  const { tf, tidy, matMul } = ops;
  const [gain, shift, w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const norm = standardRows(ops, x);
  const [foldedW1, foldedB1] = tidy(() => [
    tf.mul(w1, tf.expandDims(gain, 1)),
    tf.add(tf.squeeze(matMul(tf.expandDims(shift, 0), w1), [0]), b1),
  ]);
  const inner = feedForward(ops, norm.output, [foldedW1, foldedB1, w2, b2]);
  const kept = dropped(ops, inner, dropout);
  const last = normalizeBlocks ? unitRows(ops, kept.output) : kept;
  const output = tf.tidy(() => tf.add(x, tf.mul(last.output, beta)));
  return {
    output,
    backward: (gradient, wantsInput) => {
      const scaled = tf.mul(gradient, beta);
      const byKept = normalizeBlocks ? last.backward(scaled, true).input! : scaled;
      const { input: byNorm, parameters } = kept.backward(byKept, wantsInput);
      const byX = byNorm && norm.backward(byNorm, true).input!;
      const input = byX && { input: tf.add(gradient, byX) };
      const [byW1, byB1, ...others] = parameters as [Tensor, Tensor, Tensor, Tensor];
      const unfolded = tidy(() => unfold(ops, [gain, shift, w1], byW1, byB1));
      tf.dispose([scaled, byKept, byW1, norm.output, inner.output, kept.output, last.output, foldedW1, foldedB1]);
      tf.dispose([byNorm, byX].filter((tensor) => tensor !== undefined));
      return { ...input, parameters: [...unfolded, byB1, ...others] };
    },
  };
}

/** Gradients by gain, shift and W₁ of `diag(gain) W₁` and `shift W₁ + b₁`. */
function unfold(
  { tf, matMulTransposedB }: Ops,
  [gain, shift, w1]: readonly [Tensor, Tensor, Tensor],
  byWeight: Tensor,
  byBias: Tensor,
): [Tensor, Tensor, Tensor] {
  const row = tf.expandDims(byBias, 0);
  const byW1 = tf.add(tf.mul(byWeight, tf.expandDims(gain, 1)), tf.mul(tf.expandDims(shift, 1), row));
  return [tf.sum(tf.mul(w1, byWeight), 1), tf.squeeze(matMulTransposedB(row, w1), [0]), byW1];
}

function plainBlock(ops: Ops, x: Tensor, weights: readonly Tensor[], dropout: Tensor | undefined): Layer {
  return dropped(ops, feedForward(ops, x, weights as [Tensor, Tensor, Tensor, Tensor]), dropout);
}

/** The layer with its output multiplied by `factors`. */
function dropped({ tf }: Ops, layer: Layer, factors: Tensor | undefined): Layer {
  if (factors === undefined) return layer;
  return {
    output: tf.mul(layer.output, factors),
    backward: (gradient, wantsInput) => {
      const masked = tf.mul(gradient, factors);
      const result = layer.backward(masked, wantsInput);
      masked.dispose();
      return result;
    },
  };
}
