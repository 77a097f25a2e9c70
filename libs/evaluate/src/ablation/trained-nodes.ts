import type { Scores } from '../protocol/recommender.js';
import { EdgeSampler } from '../neural/edge-sampler.js';
import type { EmbeddingKernel, Floats, SpreadGraph, Triples } from '../neural/kernel/embedding-kernel.js';
import type { NeuralModel } from '../neural/neural-model.js';
import type { Parameter, Parameters } from '../neural/parameters.js';
import { rowScores } from '../neural/row-scores.js';
import { LADDER_COLUMNS, type LadderGraph } from './ladder-graph.js';
import { TRIPLET_MARGIN } from './rung.js';

export interface TrainedNodesSettings {
  readonly alphas: readonly number[];
  readonly learningRate: number;
  /** Triples of a step. */
  readonly batch: number;
  readonly seed: number;
}

const FIRST_DEVIATION = 0.1;

/**
 * The first rows of the ladder: a trained vector a node (and content, as it is), WAML layers without norms,
 * `h' = α h + (1 − α) Σ h_u / √|N(v)|`, inner products and the triplet loss.
 */
export class TrainedNodes implements NeuralModel {
  readonly learningRate: number;
  readonly examples: number;
  readonly #table: Parameter;
  readonly #graph: SpreadGraph;
  /** The same map's transpose. */
  readonly #turned: SpreadGraph;
  readonly #sampler: EdgeSampler;
  readonly #triples: Triples;
  readonly #spare: readonly [Floats, Floats];
  readonly #rows: Floats;
  readonly #byRows: Floats;

  /** @param content `[nodes, d]`, added to the vectors; none where absent */
  constructor(
    private readonly kernel: EmbeddingKernel,
    readonly parameters: Parameters,
    private readonly graph: LadderGraph,
    private readonly settings: TrainedNodesSettings,
    private readonly content?: Float32Array,
  ) {
    const { plain, training } = graph;
    const length = plain.rows * LADDER_COLUMNS;
    const { listed } = training.snapshot;
    this.learningRate = settings.learningRate;
    this.examples = listed.indices.length;
    this.#table = parameters.add('nodes', length, FIRST_DEVIATION);
    const edges = {
      rows: plain.rows,
      offsets: kernel.indicesOf(plain.offsets),
      neighbours: kernel.indicesOf(plain.neighbours),
    };
    const degree = (v: number): number => Math.max(1, plain.offsets[v + 1]! - plain.offsets[v]!);
    const roots = kernel.floatsOf(Float32Array.from({ length: plain.rows }, (_, v) => 1 / Math.sqrt(degree(v))));
    const ones = kernel.floatsOf(new Float32Array(plain.rows).fill(1));
    this.#graph = { ...edges, left: roots, right: ones };
    this.#turned = { ...edges, left: ones, right: roots };
    this.#sampler = new EdgeSampler(listed, 'edge', settings.seed);
    this.#triples = kernel.triples(Math.min(settings.batch, this.examples));
    this.#spare = [kernel.floats(length), kernel.floats(length)];
    this.#rows = kernel.floats(length);
    this.#byRows = kernel.floats(length);
  }

  draw(): void {
    this.#sampler.draw(this.#triples);
  }

  differentiate(): number {
    this.#forward();
    this.#byRows.values.fill(0);
    const loss = this.kernel.rankTriples(this.#rows, LADDER_COLUMNS, this.#triples, this.#byRows, TRIPLET_MARGIN);
    this.#through(this.#turned, this.#byRows, this.#table.gradient, this.settings.alphas.toReversed());
    return loss;
  }

  scoresOf(): Scores['scoresOf'] {
    this.#forward();
    const { candidates, snapshot } = this.graph.training;
    return rowScores(this.#rows.values, LADDER_COLUMNS, snapshot.listed.columns, candidates);
  }

  dispose(): void {
    // Everything lies in the kernel's memory.
  }

  #forward(): void {
    const { parameter } = this.#table;
    let input = parameter;
    if (this.content !== undefined) {
      input = this.#byRows; // free until the gradient is computed
      for (let i = 0; i < input.values.length; i++) input.values[i] = parameter.values[i]! + this.content[i]!;
    }
    this.#through(this.#graph, input, this.#rows, this.settings.alphas);
  }

  #through(graph: SpreadGraph, from: Floats, into: Floats, alphas: readonly number[]): void {
    let x = from;
    for (const [layer, alpha] of alphas.entries()) {
      const y = layer === alphas.length - 1 ? into : this.#spare[layer % 2]!;
      // α x + (1 − α) A x, with the factors of x and A x taken apart: own × scale = α, scale = 1 − α.
      this.kernel.spread(graph, LADDER_COLUMNS, y, x, x, alpha / (1 - alpha), 1 - alpha);
      x = y;
    }
  }
}
