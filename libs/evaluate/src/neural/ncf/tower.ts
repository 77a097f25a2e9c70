import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Ops } from '@thaw/waml';
import { addTensor, tensorOf } from '../content-tower.js';
import type { Parameter, Parameters } from '../parameters.js';

/** Gradients by the tower's input and by its output layer's other half. */
export interface TowerGradients {
  /** `[m, widths[0]]` */
  readonly input: Float32Array;
  /** `[m, d]` */
  readonly product: Float32Array;
}

/**
 * NeuMF above its embeddings (He, Liao, Zhang, Nie, Hu, Chua 2017, section 3.4): a tower of ReLU layers over the
 * concatenated vectors, each half as wide as the one before, and one output layer over the tower's top and the product
 * of the other vectors.
 */
export class NcfTower {
  readonly #layers: readonly { readonly weight: Parameter; readonly bias: Parameter }[];
  readonly #out: Parameter;
  #kept: { readonly activations: readonly Tensor2D[]; readonly product: Tensor2D } | undefined;

  /**
   * @param widths of the tower: its input, then each layer
   * @param d columns of the products of GMF
   */
  constructor(
    private readonly ops: Ops,
    parameters: Parameters,
    readonly widths: readonly number[],
    readonly d: number,
  ) {
    this.#layers = widths.slice(1).map((width, i) => ({
      weight: parameters.add(`tower.${i}.weight`, widths[i]! * width, Math.sqrt(2 / widths[i]!)),
      bias: parameters.add(`tower.${i}.bias`, width, 0),
    }));
    const top = widths.at(-1)!;
    this.#out = parameters.add('out', top + d, 1 / Math.sqrt(top + d));
  }

  /**
   * @param input `[m, widths[0]]`
   * @param product `[m, d]`: of GMF
   * @returns logits `[m]`
   */
  async forward(input: Float32Array, product: Float32Array): Promise<Float32Array> {
    this.dispose();
    const { tf, tidy, matMul } = this.ops;
    const rows = product.length / this.d;
    const [gmf, logits, ...activations] = tidy(() => {
      const all: Tensor2D[] = [tf.tensor2d(input, [rows, this.widths[0]!], 'float32')];
      for (const [i, { weight, bias }] of this.#layers.entries()) {
        const shape: [number, number] = [this.widths[i]!, this.widths[i + 1]!];
        const sums = tf.add(matMul(all[i]!, tensorOf(this.ops, weight, shape)), tensorOf(this.ops, bias, [shape[1]]));
        all.push(tf.relu(sums) as Tensor2D);
      }
      const other = tf.tensor2d(product, [rows, this.d], 'float32');
      const [top, own] = this.#outWeights();
      return [other, tf.add(matMul(all.at(-1)!, top), matMul(other, own)), ...all];
    });
    const result = Float32Array.from(await logits.data<'float32'>());
    logits.dispose();
    this.#kept = { activations: activations, product: gmf };
    return result;
  }

  /** @param gradient by the logits, `[m]` */
  async backward(gradient: Float32Array): Promise<TowerGradients> {
    const { tf, tidy, matMulTransposedA, matMulTransposedB, columnSums } = this.ops;
    const { activations, product } = this.#kept!;
    const [byInput, byProduct, byTop, byOwn, ...byLayers] = tidy(() => {
      const by = tf.tensor2d(gradient, [gradient.length, 1], 'float32');
      const [top, own] = this.#outWeights();
      const layers: Tensor[] = [];
      let back: Tensor = matMulTransposedB(by, top);
      for (let i = this.#layers.length - 1; i >= 0; i--) {
        const active = tf.mul(back, tf.cast(tf.greater(activations[i + 1]!, 0), 'float32'));
        layers.unshift(matMulTransposedA(activations[i]!, active), columnSums(active));
        back = matMulTransposedB(
          active,
          tensorOf(this.ops, this.#layers[i]!.weight, [this.widths[i]!, this.widths[i + 1]!]),
        );
      }
      return [
        back,
        matMulTransposedB(by, own),
        matMulTransposedA(activations.at(-1)!, by),
        matMulTransposedA(product, by),
        ...layers,
      ];
    });
    for (const [i, { weight, bias }] of this.#layers.entries()) {
      await addTensor(weight, byLayers[2 * i]!);
      await addTensor(bias, byLayers[2 * i + 1]!);
    }
    const out = this.#out.gradient.values;
    const top = this.widths.at(-1)!;
    (await byTop.data<'float32'>()).forEach((value, i) => (out[i]! += value));
    (await byOwn.data<'float32'>()).forEach((value, i) => (out[top + i]! += value));
    const input = Float32Array.from(await byInput.data<'float32'>());
    const byGmf = Float32Array.from(await byProduct.data<'float32'>());
    tf.dispose([byInput, byProduct, byTop, byOwn, ...byLayers]);
    return { input, product: byGmf };
  }

  /** The weights as plain arrays, as they are now, for {@link towerLogit}. */
  weights(): TowerWeights {
    const copy = ({ parameter }: Parameter): Float32Array => Float32Array.from(parameter.values);
    return {
      widths: this.widths,
      layers: this.#layers.map(({ weight, bias }) => ({ weight: copy(weight), bias: copy(bias) })),
      out: copy(this.#out),
    };
  }

  /** Frees what `forward` kept. */
  dispose(): void {
    if (this.#kept !== undefined) this.ops.tf.dispose([...this.#kept.activations, this.#kept.product]);
    this.#kept = undefined;
  }

  #outWeights(): [Tensor2D, Tensor2D] {
    const { tf } = this.ops;
    const top = this.widths.at(-1)!;
    const out = tensorOf(this.ops, this.#out, [top + this.d, 1]) as Tensor2D;
    return [tf.slice(out, [0, 0], [top, 1]), tf.slice(out, [top, 0], [this.d, 1])];
  }
}

export interface TowerWeights {
  readonly widths: readonly number[];
  readonly layers: readonly { readonly weight: Float32Array; readonly bias: Float32Array }[];
  readonly out: Float32Array;
}
