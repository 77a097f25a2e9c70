import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Ops } from '@thaw/waml';
import { addTensor, tensorOf } from '../content-tower.js';
import type { Parameter, Parameters } from '../parameters.js';

/** Columns of the text, of the hidden features, and of everything else. */
export interface DenseShape {
  readonly width: number;
  readonly features: number;
  readonly dimensions: number;
}

interface Kept {
  readonly items: Tensor2D;
  readonly users: Tensor2D;
  readonly features: Tensor2D;
  readonly userRows: Tensor2D;
}

/**
 * What GCMC does after its convolution (van den Berg, Kipf, Welling 2017, sections 2.4, 2.6 and 2.3): dense layers with
 * side features, `v = W_v h_v + W₂ ReLU(W₁ x + b)` for items and `u = W_u h_u` for users, and the bilinear decoder. With
 * two levels, listed and not, its softmax is the logistic function of uᵀ Q v, where Q is the difference of the levels'
 * matrices: users come out as uᵀ Q, so that scores are inner products.
 */
export class DenseSide {
  readonly #texts: Tensor2D;
  readonly #weights: Record<'item' | 'user' | 'text' | 'bias' | 'feature' | 'decoder', Parameter>;
  #kept: Kept | undefined;

  /** @param texts `[items, width]` */
  constructor(
    private readonly ops: Ops,
    parameters: Parameters,
    texts: Float32Array,
    private readonly items: number,
    private readonly shape: DenseShape,
  ) {
    const { width, features, dimensions: d } = shape;
    this.#texts = ops.tf.tensor2d(texts, [items, width], 'float32');
    const scale = 1 / Math.sqrt(d);
    this.#weights = {
      item: parameters.add('dense.item', d * d, scale),
      user: parameters.add('dense.user', d * d, scale),
      text: parameters.add('feature.in.weight', width * features, 1 / Math.sqrt(width)),
      bias: parameters.add('feature.in.bias', features, 0),
      feature: parameters.add('feature.out.weight', features * d, 1 / Math.sqrt(features)),
      decoder: parameters.add('decoder', d * d, scale),
    };
  }

  /**
   * @param h `[nodes, d]`, items first: after the convolution's ReLU
   * @returns `[nodes, d]`
   */
  async forward(h: Float32Array): Promise<Float32Array> {
    this.#drop();
    const { tf, tidy, matMul } = this.ops;
    const { width, features: f, dimensions: d } = this.shape;
    const split = this.items * d;
    const items = tf.tensor2d(h.slice(0, split), [this.items, d], 'float32');
    const users = tf.tensor2d(h.slice(split), [(h.length - split) / d, d], 'float32');
    const [features, userRows, itemOut, userOut] = tidy(() => {
      const { item, user, text, bias, feature, decoder } = this.#weights;
      const hidden = tf.relu<Tensor2D>(
        tf.add<Tensor2D>(matMul(this.#texts, tensorOf(this.ops, text, [width, f])), tensorOf(this.ops, bias, [f])),
      );
      const rows = matMul(users, tensorOf(this.ops, user, [d, d]));
      const fromFeatures = matMul(hidden, tensorOf(this.ops, feature, [f, d]));
      const out = tf.add(matMul(items, tensorOf(this.ops, item, [d, d])), fromFeatures);
      return [hidden, rows, out, matMul(rows, tensorOf(this.ops, decoder, [d, d]))] as const;
    });
    const result = new Float32Array(h.length);
    result.set(await itemOut.data<'float32'>());
    result.set(await userOut.data<'float32'>(), split);
    tf.dispose([itemOut, userOut]);
    this.#kept = { items, users, features, userRows };
    return result;
  }

  /** @param gradient by what `forward` gave. @returns that by h */
  async backward(gradient: Float32Array): Promise<Float32Array> {
    const { items, users, features, userRows } = this.#kept!;
    const { tf, tidy, matMulTransposedA, matMulTransposedB, columnSums } = this.ops;
    const { features: f, dimensions: d } = this.shape;
    const split = this.items * d;
    const { item, user, text, bias, feature, decoder } = this.#weights;
    const outputs = tidy(() => {
      const byItems = tf.tensor2d(gradient.slice(0, split), [this.items, d], 'float32');
      const byUsers = tf.tensor2d(gradient.slice(split), [userRows.shape[0], d], 'float32');
      const byRows = matMulTransposedB(byUsers, tensorOf(this.ops, decoder, [d, d]));
      const active = tf.cast(tf.greater(features, 0), 'float32');
      const byHidden = tf.mul(matMulTransposedB(byItems, tensorOf(this.ops, feature, [f, d])), active);
      return [
        matMulTransposedB(byItems, tensorOf(this.ops, item, [d, d])),
        matMulTransposedB(byRows, tensorOf(this.ops, user, [d, d])),
        matMulTransposedA(items, byItems),
        matMulTransposedA(users, byRows),
        matMulTransposedA(this.#texts, byHidden),
        columnSums(byHidden),
        matMulTransposedA(features, byItems),
        matMulTransposedA(userRows, byUsers),
      ] as const;
    });
    const [byItemInput, byUserInput, ...byWeights] = outputs;
    for (const [i, weight] of [item, user, text, bias, feature, decoder].entries())
      await addTensor(weight, byWeights[i]!);
    const result = new Float32Array(gradient.length);
    result.set(await byItemInput.data<'float32'>());
    result.set(await byUserInput.data<'float32'>(), split);
    tf.dispose([...outputs]);
    return result;
  }

  dispose(): void {
    this.#texts.dispose();
    this.#drop();
  }

  #drop(): void {
    if (this.#kept !== undefined) this.ops.tf.dispose(Object.values(this.#kept));
    this.#kept = undefined;
  }
}
