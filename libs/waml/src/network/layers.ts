import type { Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from './tensor-api.js';

/** Gradients of the loss by a layer's input, and by its parameters in their order. */
export interface LayerGradients {
  /** Absent where it was not asked for. */
  readonly input?: Tensor;
  readonly parameters: readonly Tensor[];
}

/** What a layer gives: its output, and how the gradient of the loss goes back through it. */
export interface Layer {
  readonly output: Tensor;
  /** Call it once. The first layer's input is data: its gradient, a product of two large matrices, is not wanted. */
  readonly backward: (gradient: Tensor, wantsInput: boolean) => LayerGradients;
}

const NORM_EPSILON = 1e-5;
const LENGTH_EPSILON = 1e-12;

/** `LayerNorm(x)` over the columns of `x [m, d]` (Ba, Kiros, Hinton 2016) without gain and shift; ε as in PyTorch. */
export function standardRows({ tf, tidy }: Ops, x: Tensor): Layer {
  const [inverse, output] = tidy(() => {
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), NORM_EPSILON));
    return [scale, tf.mul(centred, scale)];
  });
  return {
    output,
    backward: (gradient) => {
      const input = tf.tidy(() => {
        const mean = tf.mean(gradient, 1, true);
        const slope = tf.mean(tf.mul(gradient, output), 1, true);
        return tf.mul(tf.sub(tf.sub(gradient, mean), tf.mul(output, slope)), inverse);
      });
      inverse.dispose();
      return { input, parameters: [] };
    },
  };
}

/**
 * `GELU(x W₁ + b₁) W₂ + b₂` of `x [m, d]`, with the exact GELU (Hendrycks, Gimpel 2016): `z/2 · (1 + erf(z/√2))`.
 *
 * With `u = z/√2` that is `(u + u·erf u)/√2`: the factors go into the weights, which are smaller than the activations,
 * so that no pass over `[m, 4d]` is spent on scaling.
 */
export function feedForward(ops: Ops, x: Tensor, [w1, b1, w2, b2]: readonly [Tensor, Tensor, Tensor, Tensor]): Layer {
  const { tf, tidy, matMul, matMulTransposedA, matMulTransposedB, columnSums } = ops;
  const [u, slope, activated, scaledW1, scaledW2, output] = tidy(() => {
    const inWeight = tf.mul(w1, Math.SQRT1_2);
    const outWeight = tf.mul(w2, Math.SQRT1_2);
    const scaled = tf.add(matMul(x, inWeight), tf.mul(b1, Math.SQRT1_2));
    const onePlusErf = tf.add(tf.erf(scaled), 1);
    const hidden = tf.mul(scaled, onePlusErf);
    return [scaled, onePlusErf, hidden, inWeight, outWeight, tf.add(matMul(hidden, outWeight), b2)];
  });
  return {
    output,
    backward: (gradient, wantsInput) => {
      const [byU, ...parameters] = tidy(() => {
        // d(u + u·erf u)/du = 1 + erf u + u · exp(ln(2/√π) − u²)
        const bell = tf.exp(tf.sub(Math.log(2 / Math.sqrt(Math.PI)), tf.square(u)));
        const derivative = tf.add(slope, tf.mul(u, bell));
        const byU = tf.mul(matMulTransposedB(gradient, scaledW2), derivative);
        return [
          byU,
          tf.mul(matMulTransposedA(x, byU), Math.SQRT1_2),
          tf.mul(columnSums(byU), Math.SQRT1_2),
          tf.mul(matMulTransposedA(activated, gradient), Math.SQRT1_2),
          columnSums(gradient),
        ];
      });
      const input = wantsInput ? { input: matMulTransposedB(byU, scaledW1) } : {};
      tf.dispose([byU, u, slope, activated, scaledW1, scaledW2]);
      return { ...input, parameters };
    },
  };
}

/** `x / ‖x‖` by row of `x [m, d]`; a row of zeros stays one. */
export function unitRows({ tf, tidy, fused }: Ops, x: Tensor): Layer {
  if (fused !== undefined) {
    const [output, inverse] = fused.unitRows(x);
    return {
      output,
      backward: (gradient) => {
        const input = fused.unitRowsGradient(gradient, output, inverse);
        inverse.dispose();
        return { input, parameters: [] };
      },
    };
  }
  const [inverse, output] = tidy(() => {
    const length = tf.sqrt(tf.sum(tf.square(x), 1, true));
    const reciprocal = tf.div(1, tf.maximum(length, LENGTH_EPSILON));
    return [reciprocal, tf.mul(x, reciprocal)];
  });
  return {
    output,
    backward: (gradient) => {
      const input = tf.tidy(() => {
        const along = tf.sum(tf.mul(gradient, output), 1, true);
        return tf.mul(tf.sub(gradient, tf.mul(output, along)), inverse);
      });
      inverse.dispose();
      return { input, parameters: [] };
    },
  };
}
