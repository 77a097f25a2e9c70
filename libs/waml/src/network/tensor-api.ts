import type * as core from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/** The namespace of TensorFlow.js that the network is handed: of `@tensorflow/tfjs-core` or of anything that has it. */
export type TensorApi = typeof core;

export interface TensorOptions {
  /**
   * Whether products with a transposed factor transpose it first. The wasm backend's own transposed product is scalar
   * code; elsewhere an explicit transpose is one more pass over memory. Default: on for the backend `wasm`.
   */
  readonly explicitTransposes?: boolean;
}

/** What the layers compute with. Matrices are row-major, float32. */
export interface Ops {
  readonly tf: TensorApi;
  /** `a · b`, `[n, m]`. */
  readonly matMul: (a: Tensor, b: Tensor) => Tensor2D;
  /** `aᵀ · b` of `a [m, n]`, `b [m, k]`: `[n, k]`. */
  readonly matMulTransposedA: (a: Tensor, b: Tensor) => Tensor2D;
  /** `a · bᵀ` of `a [n, m]`, `b [k, m]`: `[n, k]`. */
  readonly matMulTransposedB: (a: Tensor, b: Tensor) => Tensor2D;
  /** Sums of the columns, `[n]`, of `a [m, n]`. */
  readonly columnSums: (a: Tensor) => Tensor;
  /** `tf.tidy` of several tensors: all but those given back are freed. */
  readonly tidy: <T extends readonly Tensor[]>(work: () => readonly [...T]) => T;
}

export function tensorOps(tf: TensorApi, options: TensorOptions = {}): Ops {
  const explicit = options.explicitTransposes ?? tf.getBackend() === 'wasm';
  const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor2D => {
    if (!explicit || !(transposeA || transposeB)) {
      return tf.matMul<Tensor2D>(a, b, transposeA, transposeB);
    }
    return tf.tidy(() => tf.matMul<Tensor2D>(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b));
  };
  return {
    tf,
    matMul: (a, b) => product(a, b, false, false),
    matMulTransposedA: (a, b) => product(a, b, true, false),
    matMulTransposedB: (a, b) => product(a, b, false, true),
    columnSums: (a) => tf.sum(a, 0),
    tidy: <T extends readonly Tensor[]>(work: () => readonly [...T]): T => tf.tidy(() => [...work()]) as unknown as T,
  };
}
