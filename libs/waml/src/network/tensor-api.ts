import type * as core from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * The namespace of TensorFlow.js that the network is handed: of `@tensorflow/tfjs-core` or of anything that has it. A
 * backend that has fused operations brings them along.
 */
export type TensorApi = typeof core & { readonly kernels?: FusedOps };

/**
 * What some backend does in one pass over memory where the layers need several operations of `tf`. Results equal the
 * layers' own to rounding, and are tensors of the surrounding `tf.tidy`; those given stay the caller's. Everything is a
 * matrix `[m, n]` unless its shape is given, and `inverse` `[m, 1]` is what the way back needs.
 */
export interface FusedOps {
  /** `GELU(z + bias)`, `bias [n]`. */
  biasGelu(z: Tensor, bias: Tensor): Tensor2D;
  /** Gradients by `z` and `bias`, of the gradient by what `biasGelu` gave. */
  biasGeluGradient(gradient: Tensor, z: Tensor, bias: Tensor): [byZ: Tensor, byBias: Tensor];
  /** `standardRows`. */
  standardRows(x: Tensor): [output: Tensor2D, inverse: Tensor];
  /** `added` and the gradient by `x` of `standardRows`. */
  standardRowsGradient(gradient: Tensor, output: Tensor, inverse: Tensor, added: Tensor): Tensor2D;
  /** `unitRows`. */
  unitRows(x: Tensor): [output: Tensor2D, inverse: Tensor];
  unitRowsGradient(gradient: Tensor, output: Tensor, inverse: Tensor): Tensor2D;
  /** `x + beta · k/‖k‖` of `k = (y + bias) · factors`, without `factors` where nothing is dropped. */
  skip(x: Tensor, y: Tensor, bias: Tensor, factors: Tensor | undefined, beta: number): [Tensor2D, inverse: Tensor];
  /** Gradients by `y` and `bias` of `skip`; the one by `x` is `gradient` itself. */
  skipGradient(
    gradient: Tensor,
    y: Tensor,
    bias: Tensor,
    factors: Tensor | undefined,
    inverse: Tensor,
    beta: number,
  ): [byY: Tensor2D, byBias: Tensor];
  /** `diag(gain) weight` and `shift weight + bias` of `gain [m]`, `shift [m]`, `bias [n]`. */
  fold(gain: Tensor, shift: Tensor, weight: Tensor, bias: Tensor): [weight: Tensor2D, bias: Tensor];
  /** Gradients by gain, shift and weight, of those by what `fold` gave. */
  unfold(
    gain: Tensor,
    shift: Tensor,
    weight: Tensor,
    byWeight: Tensor,
    byBias: Tensor,
  ): [byGain: Tensor, byShift: Tensor, byWeight: Tensor];
  /**
   * The softmax loss of N edges and its gradient by `dots [N, 2N]`, of sellers and the batch's products, then sellers.
   * @param starts `[N + 1]`, int32: where each edge's columns begin in
   * @param columns int32: those that are no negatives of the edge (`collisionLists`)
   */
  contrastive(dots: Tensor, starts: Tensor, columns: Tensor, temperature: number): [losses: Tensor, slopes: Tensor2D];
  /** `all [m, n]` with `lower [k, n]` added to its last k rows. */
  addBelow(all: Tensor, lower: Tensor): Tensor2D;
  /**
   * One step of AdamW on tensors of any shape.
   * @param step `[3]`: what the parameter is multiplied by, the step's length, and what is added to the divisor
   */
  adamW(
    parameter: Tensor,
    first: Tensor,
    second: Tensor,
    gradient: Tensor,
    step: Tensor,
  ): [parameter: Tensor, first: Tensor, second: Tensor];
  /** `SeededStream.dropoutFactors` of a stream in that state, as a matrix. `limit` of 65,536 are dropped. */
  dropoutFactors(shape: readonly [number, number], state: number, limit: number): Tensor2D;
}

export interface TensorOptions {
  /**
   * Whether products with a transposed factor transpose it first. The wasm backend's own transposed product is scalar
   * code; elsewhere an explicit transpose is one more pass over memory. Default: on for the backend `wasm`.
   */
  readonly explicitTransposes?: boolean;
  /** Fused operations, null for none. Default: those that the namespace brings along. */
  readonly fused?: FusedOps | null;
}

/** What the layers compute with. Matrices are row-major, float32. */
export interface Ops {
  readonly tf: TensorApi;
  /** Absent where the backend has none. */
  readonly fused?: FusedOps;
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
  const fused = options.fused === undefined ? tf.kernels : (options.fused ?? undefined);
  return {
    tf,
    ...(fused && { fused }),
    matMul: (a, b) => product(a, b, false, false),
    matMulTransposedA: (a, b) => product(a, b, true, false),
    matMulTransposedB: (a, b) => product(a, b, false, true),
    columnSums: (a) => tf.sum(a, 0),
    tidy: <T extends readonly Tensor[]>(work: () => readonly [...T]): T => tf.tidy(() => [...work()]) as unknown as T,
  };
}
