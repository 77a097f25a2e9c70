import { SeededStream } from '@thaw/waml';
import type { SparseRows } from '../../data/sparse-rows.js';
import type { Scores } from '../../protocol/recommender.js';
import { EdgeSampler } from '../edge-sampler.js';
import { interactionGraph } from '../interactions.js';
import type { EmbeddingKernel, Floats, SpreadGraph } from '../kernel/embedding-kernel.js';
import { logisticPairs, pairs, type Pairs } from '../logistic-pairs.js';
import type { NeuralModel } from '../neural-model.js';
import type { Parameter, Parameters } from '../parameters.js';
import { rowScores } from '../row-scores.js';
import type { DenseSide } from './dense-side.js';

export interface GcmcSettings {
  readonly dimensions: number;
  readonly learningRate: number;
  /** Probability that a node sends no messages in a training step. */
  readonly nodeDropout: number;
  /** Pairs of a step, every other one negative. */
  readonly batch: number;
  readonly seed: number;
}

export interface GcmcInput {
  /** User × item, one matrix a level: listings, then perhaps customers' interactions. All of one shape. */
  readonly levels: readonly SparseRows[];
  readonly dense: DenseSide;
  readonly candidates: Int32Array;
}

interface Level {
  readonly graph: SpreadGraph;
  /** The same with the direction of every edge turned round. */
  readonly turned: SpreadGraph;
  /** Without dropout. */
  readonly roots: Float32Array;
  /** The messages that nodes send: W_r applied to the one-hot vector of a node is its row. */
  readonly table: Parameter;
}

/**
 * Graph convolutional matrix completion (van den Berg, Kipf, Welling 2017): each level of edges has its own messages,
 * `h = ReLU(Σ_levels Σ_neighbours T_level[u] / √(d d'))` with whole nodes dropped out, then {@link DenseSide}. It is made
 * for ratings; here the first level, listings, is told from no listing, with as many random ones of these.
 */
export class Gcmc implements NeuralModel {
  readonly learningRate: number;
  readonly examples: number;
  readonly #levels: readonly Level[];
  readonly #sampler: EdgeSampler;
  readonly #pairs: Pairs;
  readonly #items: number;
  readonly #zeros: Floats;
  readonly #message: Floats;
  readonly #sum: Floats;
  #step = 0;

  constructor(
    private readonly kernel: EmbeddingKernel,
    readonly parameters: Parameters,
    private readonly input: GcmcInput,
    private readonly settings: GcmcSettings,
  ) {
    const [listings] = input.levels as [SparseRows];
    const { dimensions, seed } = settings;
    this.learningRate = settings.learningRate;
    this.examples = listings.indices.length;
    this.#items = listings.columns;
    const length = (listings.columns + listings.rows) * dimensions;
    this.#levels = input.levels.map((items, level) => {
      const { left: roots, ...edges } = interactionGraph(kernel, items);
      const sent = kernel.floatsOf(roots.values);
      return {
        graph: { ...edges, left: roots, right: sent },
        turned: { ...edges, left: sent, right: roots },
        roots: Float32Array.from(roots.values),
        table: parameters.add(`messages.${level}`, length, 1 / Math.sqrt(dimensions)),
      };
    });
    this.#sampler = new EdgeSampler(listings, 'edge', seed);
    this.#pairs = pairs(Math.min(settings.batch, 2 * this.examples));
    this.#zeros = kernel.floats(length);
    this.#message = kernel.floats(length);
    this.#sum = kernel.floats(length);
  }

  draw(): void {
    this.#sampler.drawPairs(this.#pairs, 1);
    this.#step++;
    const { nodeDropout, seed } = this.settings;
    for (const [level, { graph, roots }] of this.#levels.entries()) {
      const factors = new SeededStream(seed, this.#step, level).dropoutFactors(roots.length, nodeDropout);
      graph.right.values.set(roots.map((root, v) => root * factors[v]!));
    }
  }

  async differentiate(): Promise<number> {
    const { kernel, input } = this;
    const { dimensions } = this.settings;
    const rows = await this.#rows();
    const byRows = new Float32Array(rows.length);
    const loss = logisticPairs(rows, dimensions, this.#pairs, byRows);
    const byH = await input.dense.backward(byRows);
    const sum = this.#sum.values;
    const bySum = this.#message;
    for (let i = 0; i < sum.length; i++) bySum.values[i] = sum[i]! > 0 ? byH[i]! : 0;
    for (const { turned, table } of this.#levels)
      kernel.spread(turned, dimensions, table.gradient, bySum, this.#zeros, 0, 1);
    return loss;
  }

  async scoresOf(): Promise<Scores['scoresOf']> {
    for (const { graph, roots } of this.#levels) graph.right.values.set(roots);
    return rowScores(await this.#rows(), this.settings.dimensions, this.#items, this.input.candidates);
  }

  dispose(): void {
    this.input.dense.dispose();
  }

  #rows(): Promise<Float32Array> {
    const sum = this.#sum.values;
    sum.fill(0);
    for (const { graph, table } of this.#levels) {
      this.kernel.spread(graph, this.settings.dimensions, this.#message, table.parameter, this.#zeros, 0, 1);
      for (let i = 0; i < sum.length; i++) sum[i]! += this.#message.values[i]!;
    }
    return this.input.dense.forward(sum.map((value) => Math.max(0, value)));
  }
}
