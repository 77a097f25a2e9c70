import type { SparseRows } from '../../data/sparse-rows.js';
import type { Scores } from '../../protocol/recommender.js';
import { addTo, type ContentTower } from '../content-tower.js';
import { EdgeSampler, type Sampling } from '../edge-sampler.js';
import { interactionGraph, type ItemGroups } from '../interactions.js';
import type { EmbeddingKernel, Floats, Triples } from '../kernel/embedding-kernel.js';
import type { NeuralModel } from '../neural-model.js';
import type { Parameter, Parameters } from '../parameters.js';
import { rowScores } from '../row-scores.js';
import { LayerMean } from './layer-mean.js';

export interface LightGcnSettings {
  /** A multiple of 32. */
  readonly dimensions: number;
  /** K. */
  readonly layers: number;
  readonly learningRate: number;
  /** λ of the L2 penalty on the embeddings of layer 0. */
  readonly penalty: number;
  /** Triples of a step, at most; a small set has its edges only. */
  readonly batch: number;
  readonly sampling: Sampling;
  readonly seed: number;
}

export interface LightGcnInput {
  /** User × item: what is propagated over. */
  readonly items: SparseRows;
  /** User × item: what is to be foreseen, of the first users; all of `items` where absent. */
  readonly positives?: SparseRows;
  readonly groups?: ItemGroups;
  /** Adds to the items' embeddings of layer 0. */
  readonly content?: ContentTower;
  /** Items that are scored. */
  readonly candidates: Int32Array;
}

/** Standard deviation of the first embeddings, as in the authors' code. */
const FIRST_DEVIATION = 0.1;

/**
 * LightGCN (He, Deng, Wang, Li, Zhang, Wang 2020): one trained vector a node, propagated without weights or
 * non-linearities, the mean of all layers; BPR on inner products, L2 on the vectors of layer 0.
 */
export class LightGcn implements NeuralModel {
  readonly learningRate: number;
  readonly examples: number;
  readonly #table: Parameter;
  readonly #mean: LayerMean;
  readonly #sampler: EdgeSampler;
  readonly #triples: Triples;
  /** Layer 0: the table, and content on top of it. */
  readonly #input: Floats;
  readonly #rows: Floats;
  readonly #byRows: Floats;
  readonly #byInput: Floats;
  readonly #counts: Floats;

  constructor(
    private readonly kernel: EmbeddingKernel,
    readonly parameters: Parameters,
    private readonly input: LightGcnInput,
    private readonly settings: LightGcnSettings,
  ) {
    const { items, groups, positives = items, content } = input;
    const { dimensions, layers, sampling, seed } = settings;
    const graph = interactionGraph(kernel, items, groups);
    const length = graph.rows * dimensions;
    this.examples = positives.indices.length;
    const batch = Math.min(settings.batch, this.examples);
    this.learningRate = settings.learningRate;
    this.#table = parameters.add('nodes', length, FIRST_DEVIATION);
    this.#mean = new LayerMean(kernel, graph, dimensions, layers);
    this.#sampler = new EdgeSampler(positives, sampling, seed);
    this.#triples = kernel.triples(batch);
    this.#input = content === undefined ? this.#table.parameter : kernel.floats(length);
    this.#rows = kernel.floats(length);
    this.#byRows = kernel.floats(length);
    this.#byInput = content === undefined ? this.#table.gradient : kernel.floats(length);
    this.#counts = kernel.floats(graph.rows);
  }

  draw(): void {
    this.#sampler.draw(this.#triples);
  }

  async differentiate(): Promise<number> {
    const { kernel, input } = this;
    const { dimensions, penalty } = this.settings;
    await this.#forward(true);
    this.#byRows.values.fill(0);
    const loss = kernel.rankTriples(this.#rows, dimensions, this.#triples, this.#byRows);
    this.#mean.apply(this.#byRows, this.#byInput);
    this.#countNodes();
    const scale = penalty / this.#triples.count;
    const squares = kernel.addCounted(this.#byInput, this.#input, this.#counts, dimensions, scale);
    if (input.content !== undefined) {
      addTo(this.#table.gradient.values, this.#byInput.values);
      await input.content.backward(this.#byInput.values.subarray(0, input.items.columns * dimensions));
    }
    return loss + (scale / 2) * squares;
  }

  /** What scores are inner products of, items first, then users: `[nodes, d]`, valid until the next step. */
  async rows(): Promise<Float32Array> {
    await this.#forward(false);
    return this.#rows.values;
  }

  async #forward(trains: boolean): Promise<void> {
    const { content } = this.input;
    if (content !== undefined) {
      this.#input.values.set(this.#table.parameter.values);
      addTo(this.#input.values, await (trains ? content.forward() : content.output()));
    }
    this.#mean.apply(this.#input, this.#rows);
  }

  async scoresOf(): Promise<Scores['scoresOf']> {
    const { items, candidates } = this.input;
    return rowScores(await this.rows(), this.settings.dimensions, items.columns, candidates);
  }

  dispose(): void {
    this.input.content?.dispose();
  }

  #countNodes(): void {
    const counts = this.#counts.values;
    counts.fill(0);
    const { users, positives, negatives } = this.#triples;
    for (const { values } of [users, positives, negatives]) for (const node of values) counts[node]!++;
  }
}
