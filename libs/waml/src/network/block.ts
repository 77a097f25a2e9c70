import type { Tensor } from '@tensorflow/tfjs-core';
import { feedForward, layerNorm, unitRows, type Layer } from './layers.js';
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
  return settings.block === 'bert'
    ? bertBlock(ops, settings, x, parameters, dropout)
    : plainBlock(ops, x, parameters, dropout);
}

function bertBlock(
  ops: Ops,
  { beta, normalizeBlocks }: NetworkSettings,
  x: Tensor,
  [gain, shift, ...weights]: readonly Tensor[],
  dropout: Tensor | undefined,
): Layer {
  const { tf } = ops;
  const norm = layerNorm(ops, x, gain!, shift!);
  const inner = feedForward(ops, norm.output, weights as [Tensor, Tensor, Tensor, Tensor]);
  const kept = dropped(ops, inner, dropout);
  const last = normalizeBlocks ? unitRows(ops, kept.output) : kept;
  const output = tf.tidy(() => tf.add(x, tf.mul(last.output, beta)));
  return {
    output,
    backward: (gradient) => {
      const scaled = tf.mul(gradient, beta);
      const byKept = normalizeBlocks ? last.backward(scaled).input : scaled;
      const byNorm = kept.backward(byKept);
      const byX = norm.backward(byNorm.input);
      const input = tf.add(gradient, byX.input);
      tf.dispose([scaled, byKept, byNorm.input, byX.input, norm.output, inner.output, kept.output, last.output]);
      return { input, parameters: [...byX.parameters, ...byNorm.parameters] };
    },
  };
}

function plainBlock(ops: Ops, x: Tensor, weights: readonly Tensor[], dropout: Tensor | undefined): Layer {
  return dropped(ops, feedForward(ops, x, weights as [Tensor, Tensor, Tensor, Tensor]), dropout);
}

/** The layer with its output multiplied by `factors`. */
function dropped({ tf }: Ops, layer: Layer, factors: Tensor | undefined): Layer {
  if (factors === undefined) return layer;
  return {
    output: tf.mul(layer.output, factors),
    backward: (gradient) => {
      const masked = tf.mul(gradient, factors);
      const result = layer.backward(masked);
      masked.dispose();
      return result;
    },
  };
}
