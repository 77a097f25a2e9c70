import type { Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from './tensor-api.js';

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

export interface AdamWSettings {
  readonly learningRate: number;
  /** Decoupled weight decay. */
  readonly weightDecay: number;
}

/** What AdamW knows of one parameter. */
export interface Slot {
  readonly parameter: Tensor;
  /** `Σ 0.9ⁱ g` over the steps: the first moment / 0.1. */
  readonly first: Tensor;
  /** `Σ 0.999ⁱ g²`: the second moment / 0.001. */
  readonly second: Tensor;
}

/**
 * One step of AdamW (Loshchilov, Hutter 2019), the arithmetic of PyTorch's with its moments held undivided, which saves
 * two passes over each.
 * @param step from 1
 * @param slot of before, whose tensors stay the caller's
 */
export function adamW(
  { tf, tidy, fused }: Ops,
  settings: AdamWSettings,
  step: number,
  slot: Slot,
  gradient: Tensor,
): Slot {
  const firstScale = (1 - FIRST_DECAY) / (1 - FIRST_DECAY ** step);
  const secondScale = Math.sqrt((1 - SECOND_DECAY) / (1 - SECOND_DECAY ** step));
  const stride = (settings.learningRate * firstScale) / secondScale;
  const decay = 1 - settings.learningRate * settings.weightDecay;
  const [parameter, first, second] = tidy(() => {
    if (fused !== undefined) {
      const numbers = tf.tensor1d([decay, stride, EPSILON / secondScale]);
      return fused.adamW(slot.parameter, slot.first, slot.second, gradient, numbers);
    }
    const m = tf.add(tf.mul(slot.first, FIRST_DECAY), gradient);
    const v = tf.add(tf.mul(slot.second, SECOND_DECAY), tf.square(gradient));
    const move = tf.mul(tf.div(m, tf.add(tf.sqrt(v), EPSILON / secondScale)), stride);
    const kept = decay === 1 ? slot.parameter : tf.mul(slot.parameter, decay);
    return [tf.sub(kept, move), m, v];
  });
  return { parameter, first, second };
}
