import type { Tensor } from '@tensorflow/tfjs-core';
import type { Layer } from './layers.js';
import type { FusedOps, Ops } from './tensor-api.js';

/** The `bert` block with its norm (METHOD, "BERT-FFN layers") as products and one fused operation between each two. */
export function fusedBlock(
  { tf, matMul, matMulTransposedA, matMulTransposedB }: Ops,
  fused: FusedOps,
  beta: number,
  x: Tensor,
  parameters: readonly Tensor[],
  dropout: Tensor | undefined,
): Layer {
  const [gain, shift, w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const [norm, scale] = fused.standardRows(x);
  const [foldedW1, foldedB1] = fused.fold(gain, shift, w1, b1);
  const z = matMul(norm, foldedW1);
  const activated = fused.biasGelu(z, foldedB1);
  const y = matMul(activated, w2);
  const [output, inverse] = fused.skip(x, y, b2, dropout, beta);
  return {
    output,
    backward: (gradient, wantsInput) => {
      const [byY, byB2] = fused.skipGradient(gradient, y, b2, dropout, inverse, beta);
      const byW2 = matMulTransposedA(activated, byY);
      const byActivated = matMulTransposedB(byY, w2);
      tf.dispose([activated, y, byY, inverse]);
      const [byZ, byB1] = fused.biasGeluGradient(byActivated, z, foldedB1);
      tf.dispose([byActivated, z, foldedB1]);
      const byFolded = matMulTransposedA(norm, byZ);
      const [byGain, byShift, byW1] = fused.unfold(gain, shift, w1, byFolded, byB1);
      byFolded.dispose();
      const parameters = [byGain, byShift, byW1, byB1, byW2, byB2];
      if (!wantsInput) {
        tf.dispose([byZ, norm, scale, foldedW1]);
        return { parameters };
      }
      const byNorm = matMulTransposedB(byZ, foldedW1);
      const input = fused.standardRowsGradient(byNorm, norm, scale, gradient);
      tf.dispose([byZ, byNorm, norm, scale, foldedW1]);
      return { input, parameters };
    },
  };
}
