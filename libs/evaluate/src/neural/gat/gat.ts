import { SeededStream, type Ops } from '@thaw/waml';
import type { SparseRows } from '../../data/sparse-rows.js';
import type { Scores } from '../../protocol/recommender.js';
import { addTensor, addTo, tensorOf, type ContentTower } from '../content-tower.js';
import { EdgeSampler } from '../edge-sampler.js';
import type { EmbeddingKernel, Floats, Triples } from '../kernel/embedding-kernel.js';
import type { NeuralModel } from '../neural-model.js';
import type { Parameter, Parameters } from '../parameters.js';
import { rowScores } from '../row-scores.js';
import { Attention, type AttentionGraph } from './attention.js';

export interface GatSettings {
  /** A multiple of 32 and of the heads. */
  readonly dimensions: number;
  /** Of the first layer; the second has one. */
  readonly heads: number;
  readonly learningRate: number;
  /** Share of each layer's input, and of the attention, that is dropped in a training step. */
  readonly dropout: number;
  /**
   * DropoutNet (Volkovs, Yu, Poutanen 2017): share of the nodes whose trained vector is dropped in a step, so that
   * content must do; products without any listing are scored without theirs. 0: as if it was not there.
   */
  readonly preferenceDropout: number;
  /** Triples of a step. */
  readonly batch: number;
  readonly seed: number;
}

export interface GatInput {
  /** Nodes are the items, then the users, then others. */
  readonly graph: AttentionGraph;
  /** User × item: what is to be foreseen. */
  readonly items: SparseRows;
  readonly content: ContentTower;
  /** Items without a listing. */
  readonly isCold: (item: number) => boolean;
  readonly candidates: Int32Array;
}

interface Layer {
  readonly attention: Attention;
  readonly weight: Parameter;
  readonly own: Parameter;
  readonly other: Parameter;
}

/** What a pass keeps for the way back. */
interface Kept {
  /** Input of each layer after dropout, and what it was multiplied by. */
  readonly inputs: readonly Float32Array[];
  readonly factors: readonly (Float32Array | undefined)[];
  /** Output of the first layer, after ELU. */
  readonly hidden: Float32Array;
}

/**
 * Graph attention network (Veličković et al. 2018) of two layers over the reduced graph: the first of several heads side
 * by side with ELU, the second of one head. A node comes in as its trained vector plus, for items, its content; scores
 * are inner products of what comes out, trained by BPR.
 */
export class Gat implements NeuralModel {
  readonly learningRate: number;
  readonly examples: number;
  readonly #table: Parameter;
  readonly #layers: readonly [Layer, Layer];
  readonly #sampler: EdgeSampler;
  readonly #triples: Triples;
  readonly #rows: Floats;
  readonly #byRows: Floats;
  #step = 0;
  #kept: Kept | undefined;
  /** By node: what its trained vector is multiplied by. */
  #preference: Float32Array;

  constructor(
    private readonly ops: Ops,
    private readonly kernel: EmbeddingKernel,
    readonly parameters: Parameters,
    private readonly input: GatInput,
    private readonly settings: GatSettings,
  ) {
    const { dimensions: d, heads, batch, seed } = settings;
    const { graph, items } = input;
    this.learningRate = settings.learningRate;
    this.examples = items.indices.length;
    this.#table = parameters.add('nodes', graph.rows * d, 0.1);
    const layer = (name: string, of: number): Layer => ({
      attention: new Attention(graph, of, d / of),
      weight: parameters.add(`${name}.weight`, d * d, 1 / Math.sqrt(d)),
      own: parameters.add(`${name}.own`, d, 1 / Math.sqrt(d)),
      other: parameters.add(`${name}.other`, d, 1 / Math.sqrt(d)),
    });
    this.#layers = [layer('first', heads), layer('second', 1)];
    this.#sampler = new EdgeSampler(items, 'edge', seed);
    this.#triples = kernel.triples(Math.min(batch, this.examples));
    this.#rows = kernel.floats(graph.rows * d);
    this.#byRows = kernel.floats(graph.rows * d);
    this.#preference = new Float32Array(graph.rows).fill(1);
  }

  draw(): void {
    this.#sampler.draw(this.#triples);
    this.#step++;
    const { preferenceDropout, seed } = this.settings;
    // Not scaled up, as DropoutNet has it: what is left must work without the rest.
    const factors = new SeededStream(seed, this.#step, 7).dropoutFactors(this.input.graph.rows, preferenceDropout);
    this.#preference = factors.map((factor) => (factor > 0 ? 1 : 0));
  }

  async differentiate(): Promise<number> {
    const { kernel } = this;
    const d = this.settings.dimensions;
    await this.#forward(this.#step);
    this.#byRows.values.fill(0);
    const loss = kernel.rankTriples(this.#rows, d, this.#triples, this.#byRows);
    await this.#backward(this.#byRows.values);
    return loss;
  }

  async scoresOf(): Promise<Scores['scoresOf']> {
    const { items, isCold, candidates } = this.input;
    const dropsCold = this.settings.preferenceDropout > 0;
    this.#preference.fill(1);
    if (dropsCold) for (let item = 0; item < items.columns; item++) if (isCold(item)) this.#preference[item] = 0;
    await this.#forward(undefined);
    return rowScores(this.#rows.values, this.settings.dimensions, items.columns, candidates);
  }

  dispose(): void {
    this.input.content.dispose();
  }

  /** @param step whose dropout applies; none outside training */
  async #forward(step: number | undefined): Promise<void> {
    const d = this.settings.dimensions;
    const x = this.#table.parameter.values.map((value, i) => value * this.#preference[Math.floor(i / d)]!);
    addTo(x, await (step === undefined ? this.input.content.output() : this.input.content.forward()));
    const [first, second] = this.#layers;
    const a = await this.#layerForward(first, x, step, 0);
    const hidden = a.output.map((value) => (value > 0 ? value : Math.expm1(value)));
    const b = await this.#layerForward(second, hidden, step, 1);
    this.#kept = { inputs: [a.input, b.input], factors: [a.factors, b.factors], hidden };
    this.#rows.values.set(b.output);
  }

  async #layerForward(
    { attention, weight, own, other }: Layer,
    x: Float32Array,
    step: number | undefined,
    layer: number,
  ): Promise<{ input: Float32Array; factors: Float32Array | undefined; output: Float32Array }> {
    const { tf, matMul } = this.ops;
    const { dimensions: d, dropout, seed } = this.settings;
    const heads = layer === 0 ? this.settings.heads : 1;
    const drawn = (count: number, what: number): Float32Array | undefined =>
      step === undefined || dropout === 0
        ? undefined
        : new SeededStream(seed, step, layer, what).dropoutFactors(count, dropout);
    const factors = drawn(x.length, 1);
    const input = factors === undefined ? x : x.map((value, i) => value * factors[i]!);
    const product = tf.tidy(() => matMul(tf.tensor2d(input, [x.length / d, d]), tensorOf(this.ops, weight, [d, d])));
    const z = Float32Array.from(await product.data<'float32'>());
    product.dispose();
    const shares = drawn(attention.entries * heads, 2);
    const output = attention.forward(z, own.parameter.values, other.parameter.values, shares);
    return { input, factors, output };
  }

  async #backward(gradient: Float32Array): Promise<void> {
    const d = this.settings.dimensions;
    const [first, second] = this.#layers;
    const { inputs, factors, hidden } = this.#kept!;
    const byHidden = await this.#layerBackward(second, gradient, inputs[1]!, factors[1]);
    // ELU′ is 1 above 0, and its value plus 1 below.
    hidden.forEach((value, i) => value < 0 && (byHidden[i]! *= value + 1));
    const byX = await this.#layerBackward(first, byHidden, inputs[0]!, factors[0]);
    const table = this.#table.gradient.values;
    byX.forEach((value, i) => (table[i]! += value * this.#preference[Math.floor(i / d)]!));
    await this.input.content.backward(byX.subarray(0, this.input.items.columns * d));
  }

  /** @returns the gradient by the layer's input before dropout */
  async #layerBackward(
    { attention, weight, own, other }: Layer,
    gradient: Float32Array,
    input: Float32Array,
    factors: Float32Array | undefined,
  ): Promise<Float32Array> {
    const { tf, tidy, matMulTransposedA, matMulTransposedB } = this.ops;
    const d = this.settings.dimensions;
    const by = attention.backward(gradient, own.parameter.values, other.parameter.values);
    addTo(own.gradient.values, by.own);
    addTo(other.gradient.values, by.other);
    const [byInput, byWeight] = tidy(() => {
      const byZ = tf.tensor2d(by.z, [by.z.length / d, d]);
      return [
        matMulTransposedB(byZ, tensorOf(this.ops, weight, [d, d])),
        matMulTransposedA(tf.tensor2d(input, [input.length / d, d]), byZ),
      ] as const;
    });
    await addTensor(weight, byWeight);
    const result = Float32Array.from(await byInput.data<'float32'>());
    tf.dispose([byInput, byWeight]);
    if (factors !== undefined) result.forEach((_, i) => (result[i]! *= factors[i]!));
    return result;
  }
}
