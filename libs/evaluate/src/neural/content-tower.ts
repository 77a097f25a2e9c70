import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { feedForward, type Layer, type Ops } from '@thaw/waml';
import type { Parameter, Parameters } from './parameters.js';

export interface ContentShape {
  /** Columns of the encoded texts. */
  readonly width: number;
  /** Of the hidden layer. */
  readonly hidden: number;
  /** Columns of what comes out. */
  readonly dimensions: number;
}

/** `GELU(x W₁ + b₁) W₂ + b₂` of every item's text: the simple feed-forward network that content enters the baselines by. */
export class ContentTower {
  readonly #texts: Tensor2D;
  readonly #weights: readonly [Parameter, Parameter, Parameter, Parameter];
  #layer: Layer | undefined;

  /** @param texts `[items, width]` */
  constructor(
    private readonly ops: Ops,
    parameters: Parameters,
    texts: Float32Array,
    private readonly shape: ContentShape,
  ) {
    const { width, hidden, dimensions } = shape;
    this.#texts = ops.tf.tensor2d(texts, [texts.length / width, width], 'float32');
    this.#weights = [
      parameters.add('content.in.weight', width * hidden, 1 / Math.sqrt(width)),
      parameters.add('content.in.bias', hidden, 0),
      parameters.add('content.out.weight', hidden * dimensions, 1 / Math.sqrt(hidden)),
      parameters.add('content.out.bias', dimensions, 0),
    ];
  }

  /** @returns `[items, dimensions]`. Keeps what `backward` needs: call that afterwards. */
  async forward(): Promise<Float32Array> {
    this.#layer = this.#pass();
    return this.#layer.output.data<'float32'>();
  }

  /** What `forward` gives, where no `backward` will follow. */
  async output(): Promise<Float32Array> {
    const output = this.ops.tf.tidy(() => this.#pass().output);
    const values = Float32Array.from(await output.data<'float32'>());
    output.dispose();
    return values;
  }

  #pass(): Layer {
    const { width, hidden, dimensions } = this.shape;
    const [w1, b1, w2, b2] = this.#weights;
    const inputs = [
      tensorOf(this.ops, w1, [width, hidden]),
      tensorOf(this.ops, b1, [hidden]),
      tensorOf(this.ops, w2, [hidden, dimensions]),
      tensorOf(this.ops, b2, [dimensions]),
    ] as const;
    const layer = feedForward(this.ops, this.#texts, inputs);
    this.ops.tf.dispose([...inputs]);
    return layer;
  }

  /** @param gradient by what `forward` gave, `[items, dimensions]`; call it once after each `forward` */
  async backward(gradient: Float32Array): Promise<void> {
    const { tf } = this.ops;
    const by = tf.tensor2d(gradient.slice(), [gradient.length / this.shape.dimensions, this.shape.dimensions]);
    const { parameters } = this.#layer!.backward(by, false);
    for (const [i, weight] of this.#weights.entries()) await addTensor(weight, parameters[i]!);
    tf.dispose([by, ...parameters, this.#layer!.output]);
    this.#layer = undefined;
  }

  dispose(): void {
    this.#texts.dispose();
  }
}

/** A parameter as it is now, on the backend: the caller's to dispose. */
export const tensorOf = ({ tf }: Ops, { parameter }: Parameter, shape: number[]): Tensor =>
  tf.tensor(parameter.values.slice(), shape, 'float32');

/** Adds a tensor to a parameter's gradient. */
export async function addTensor({ gradient }: Parameter, tensor: Tensor): Promise<void> {
  addTo(gradient.values, await tensor.data<'float32'>());
}

/** a ← a + b over the length of b. */
export function addTo(a: Float32Array, b: Float32Array): void {
  for (let i = 0; i < b.length; i++) a[i]! += b[i]!;
}
