import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import type * as core from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { NATIVE_FOLDER } from './native-modules.js';

/** What `npm run tf:native` compiles from kernels/: TensorFlow's CPU operations of the names used below. */
const KERNELS = `${NATIVE_FOLDER}kernels.node`;
/** Those compiled from an older tree may lack an operation: they are not used. */
const VERSION = 1;

/** tfjs-node's way to any operation of TensorFlow. */
interface NodeBackend {
  readonly binding: { readonly TF_ATTR_FLOAT: number };
  executeMultipleOutputs(name: string, attributes: object[], inputs: readonly Tensor[], count: number): Tensor[];
}

export type FusedKernels = ReturnType<typeof fusedKernels>;

/** The fused kernels for TensorFlow on the CPU; undefined where none were built for this tree and processor. */
export function openFusedKernels(tf: typeof core): FusedKernels | undefined {
  if (!existsSync(KERNELS)) return undefined;
  try {
    const { version } = createRequire(import.meta.url)(KERNELS) as { version?: number }; // registers them
    return version === VERSION ? fusedKernels(tf) : undefined;
  } catch {
    return undefined;
  }
}

/** As `FusedOps` of @thaw/waml describes them. */
function fusedKernels(tf: typeof core) {
  const backend = tf.backend() as unknown as NodeBackend;
  const run = <T extends Tensor[]>(
    name: string,
    inputs: readonly Tensor[],
    outputs: T['length'],
    factor?: number,
  ): T => {
    const attribute = { name: 'factor', type: backend.binding.TF_ATTR_FLOAT, value: factor };
    return backend.executeMultipleOutputs(`Thaw${name}`, factor === undefined ? [] : [attribute], inputs, outputs) as T;
  };
  const dropping = <T>(factors: Tensor | undefined, work: (factors: Tensor) => T): T => {
    if (factors !== undefined) return work(factors);
    const none = tf.tensor1d([], 'float32');
    const result = work(none);
    none.dispose();
    return result;
  };
  return {
    biasGelu: (z: Tensor, bias: Tensor) => run<[Tensor2D]>('BiasGelu', [z, bias], 1)[0],
    biasGeluGradient: (gradient: Tensor, z: Tensor, bias: Tensor) =>
      run<[Tensor2D, Tensor]>('BiasGeluGradient', [gradient, z, bias], 2),
    standardRows: (x: Tensor) => run<[Tensor2D, Tensor]>('StandardRows', [x], 2),
    standardRowsGradient: (gradient: Tensor, output: Tensor, inverse: Tensor, added: Tensor) =>
      run<[Tensor2D]>('StandardRowsGradient', [gradient, output, inverse, added], 1)[0],
    unitRows: (x: Tensor) => run<[Tensor2D, Tensor]>('UnitRows', [x], 2),
    unitRowsGradient: (gradient: Tensor, output: Tensor, inverse: Tensor) =>
      run<[Tensor2D]>('UnitRowsGradient', [gradient, output, inverse], 1)[0],
    skip: (x: Tensor, y: Tensor, bias: Tensor, factors: Tensor | undefined, beta: number) =>
      dropping(factors, (given) => run<[Tensor2D, Tensor]>('Skip', [x, y, bias, given], 2, beta)),
    skipGradient: (
      gradient: Tensor,
      y: Tensor,
      bias: Tensor,
      factors: Tensor | undefined,
      inverse: Tensor,
      beta: number,
    ) =>
      dropping(factors, (given) =>
        run<[Tensor2D, Tensor]>('SkipGradient', [gradient, y, bias, given, inverse], 2, beta),
      ),
    fold: (gain: Tensor, shift: Tensor, weight: Tensor, bias: Tensor) =>
      run<[Tensor2D, Tensor]>('Fold', [gain, shift, weight, bias], 2),
    unfold: (gain: Tensor, shift: Tensor, weight: Tensor, byWeight: Tensor, byBias: Tensor) =>
      run<[Tensor, Tensor, Tensor]>('Unfold', [gain, shift, weight, byWeight, byBias], 3),
    contrastive: (dots: Tensor, starts: Tensor, columns: Tensor, temperature: number) =>
      run<[Tensor, Tensor2D]>('Contrastive', [dots, starts, columns], 2, temperature),
    addBelow: (all: Tensor, lower: Tensor) => run<[Tensor2D]>('AddBelow', [all, lower], 1)[0],
    adamW: (parameter: Tensor, first: Tensor, second: Tensor, gradient: Tensor, step: Tensor) =>
      run<[Tensor, Tensor, Tensor]>('AdamW', [parameter, first, second, gradient, step], 3),
    dropoutFactors: ([rows, columns]: readonly [number, number], state: number, limit: number) => {
      const draw = tf.tensor1d([state | 0, rows, columns, limit], 'int32');
      const [factors] = run<[Tensor2D]>('DropoutFactors', [draw], 1);
      draw.dispose();
      return factors;
    },
  };
}
