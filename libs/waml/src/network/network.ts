import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { networkBlock } from './block.js';
import { unitRows, type Layer, type LayerGradients } from './layers.js';
import { dropoutLimit, SeededStream } from './random.js';
import type { NetworkSettings } from './settings.js';
import type { Ops } from './tensor-api.js';

/**
 * The blocks, and the L2 norm of the output, of `x [m, d]`. Tensors are those of the surrounding `tf.tidy`.
 * @param parameters in the order of `parameterShapes`
 * @param step in training: the same seed and step drop the same; without it nothing is dropped
 */
export function networkLayer(
  ops: Ops,
  settings: NetworkSettings,
  x: Tensor2D,
  parameters: readonly Tensor[],
  step?: number,
): Layer {
  const layers: Layer[] = [];
  const each = settings.blocks === 0 ? 0 : parameters.length / settings.blocks;
  let output = x;
  for (let j = 0; j < settings.blocks; j++) {
    const dropout = step === undefined ? undefined : dropoutFactors(ops, settings, output, step, j);
    const layer = networkBlock(ops, settings, output, parameters.slice(j * each, (j + 1) * each), dropout);
    layers.push(layer);
    output = layer.output as Tensor2D;
  }
  if (settings.normalizeOutput) {
    const layer = unitRows(ops, output);
    layers.push(layer);
    output = layer.output as Tensor2D;
  }
  return { output, backward: (gradient) => backThrough(layers, gradient) };
}

/** The gradient of each layer is disposed once the layer before it has its own. */
function backThrough(layers: readonly Layer[], gradient: Tensor): LayerGradients {
  const parameters: (readonly Tensor[])[] = [];
  let by: Tensor | undefined = gradient;
  for (const [i, layer] of [...layers.entries()].reverse()) {
    const back = layer.backward(by!, i > 0);
    parameters.push(back.parameters);
    layer.output.dispose();
    if (by !== gradient) by!.dispose();
    by = back.input;
  }
  return { parameters: parameters.reverse().flat() };
}

function dropoutFactors(
  { tf, fused }: Ops,
  { dropout, seed }: NetworkSettings,
  x: Tensor2D,
  step: number,
  block: number,
): Tensor | undefined {
  if (dropout === 0) return undefined;
  const stream = new SeededStream(seed, step, block);
  if (fused !== undefined) return fused.dropoutFactors(x.shape, stream.position, dropoutLimit(dropout));
  const factors = stream.dropoutFactors(x.size, dropout);
  return tf.tensor(factors, x.shape, 'float32');
}
