import { pickRows } from '../../baselines/factors.js';
import type { SparseRows } from '../../data/sparse-rows.js';
import type { Scores } from '../../protocol/recommender.js';
import type { ContentTower } from '../content-tower.js';
import { EdgeSampler } from '../edge-sampler.js';
import { crossEntropy, pairs, type Pairs } from '../logistic-pairs.js';
import type { NeuralModel } from '../neural-model.js';
import type { Parameter, Parameters } from '../parameters.js';
import { ncfScores } from './pair-scorer.js';
import type { NcfTower } from './tower.js';

export interface NcfSettings {
  readonly learningRate: number;
  /** Of one listing. */
  readonly negatives: number;
  /** Pairs of a step. */
  readonly batch: number;
  /** λ of the L2 penalty on the vectors. */
  readonly penalty: number;
  readonly seed: number;
}

export interface NcfInput {
  /** User × item. */
  readonly items: SparseRows;
  readonly tower: NcfTower;
  /** Adds to the items' vectors of both halves. */
  readonly content?: ContentTower;
  readonly candidates: Int32Array;
}

const FIRST_DEVIATION = 0.1;

/**
 * NeuMF (He, Liao, Zhang, Nie, Hu, Chua 2017): a generalised matrix factorisation and a tower, each with vectors of its
 * own, under one logistic output; trained from scratch, without pre-training of the halves.
 */
export class Ncf implements NeuralModel {
  readonly learningRate: number;
  readonly examples: number;
  /** `[items + users, d]`, the vectors of GMF and of the tower. */
  readonly #factors: Parameter;
  readonly #rows: Parameter;
  readonly #sampler: EdgeSampler;
  readonly #pairs: Pairs;

  constructor(
    readonly parameters: Parameters,
    private readonly input: NcfInput,
    private readonly settings: NcfSettings,
  ) {
    const { items, tower } = input;
    const length = (items.columns + items.rows) * tower.d;
    this.learningRate = settings.learningRate;
    this.examples = items.indices.length;
    this.#factors = parameters.add('factors', length, FIRST_DEVIATION);
    this.#rows = parameters.add('rows', length, FIRST_DEVIATION);
    this.#sampler = new EdgeSampler(items, 'edge', settings.seed);
    this.#pairs = pairs(Math.min(settings.batch, (1 + settings.negatives) * this.examples));
  }

  draw(): void {
    this.#sampler.drawPairs(this.#pairs, this.settings.negatives);
  }

  async differentiate(): Promise<number> {
    const { tower, content, items } = this.input;
    const { d } = tower;
    const { labels } = this.#pairs;
    const added = await content?.forward();
    const { input, left, right } = this.#gather(added);
    const product = left.map((value, i) => value * right[i]!);
    const logits = await tower.forward(input, product);
    let loss = 0;
    const slopes = logits.map((logit, i) => {
      const term = crossEntropy(logit, labels[i]!);
      loss += term.loss;
      return term.slope / labels.length;
    });
    const by = await tower.backward(slopes);
    const byContent = added && new Float32Array(items.columns * d);
    this.#scatter(by.input, by.product, left, right, byContent);
    if (byContent) await content!.backward(byContent);
    return loss / labels.length + this.#penalise();
  }

  async scoresOf(): Promise<Scores['scoresOf']> {
    const { tower, content, items, candidates } = this.input;
    const { d } = tower;
    const added = await content?.output();
    const split = items.columns * d;
    const part = ({ parameter }: Parameter): { users: Float32Array; items: Float32Array } => {
      const rows = Float32Array.from(parameter.values);
      added?.forEach((value, i) => (rows[i]! += value));
      return { users: rows.slice(split), items: pickRows(rows, d, candidates) };
    };
    const [factors, rows] = [part(this.#factors), part(this.#rows)];
    const all = {
      userFactors: factors.users,
      itemFactors: factors.items,
      userRows: rows.users,
      itemRows: rows.items,
      d,
    };
    return ncfScores(all, tower.weights());
  }

  dispose(): void {
    this.input.tower.dispose();
    this.input.content?.dispose();
  }

  /** The tower's input, user then item, and both sides of GMF. */
  #gather(added: Float32Array | undefined): { input: Float32Array; left: Float32Array; right: Float32Array } {
    const { d } = this.input.tower;
    const { users, items } = this.#pairs;
    const input = new Float32Array(2 * d * users.length);
    const left = new Float32Array(d * users.length);
    const right = new Float32Array(d * users.length);
    const rows = this.#rows.parameter.values;
    const factors = this.#factors.parameter.values;
    for (let i = 0; i < users.length; i++) {
      const u = users[i]! * d;
      const p = items[i]! * d;
      for (let k = 0; k < d; k++) {
        const more = added === undefined ? 0 : added[p + k]!;
        input[2 * d * i + k] = rows[u + k]!;
        input[2 * d * i + d + k] = rows[p + k]! + more;
        left[d * i + k] = factors[u + k]!;
        right[d * i + k] = factors[p + k]! + more;
      }
    }
    return { input, left, right };
  }

  #scatter(
    byInput: Float32Array,
    byProduct: Float32Array,
    left: Float32Array,
    right: Float32Array,
    byContent: Float32Array | undefined,
  ): void {
    const { d } = this.input.tower;
    const { users, items } = this.#pairs;
    const rows = this.#rows.gradient.values;
    const factors = this.#factors.gradient.values;
    for (let i = 0; i < users.length; i++) {
      const u = users[i]! * d;
      const p = items[i]! * d;
      for (let k = 0; k < d; k++) {
        const byItem = byInput[2 * d * i + d + k]!;
        const byRight = byProduct[d * i + k]! * left[d * i + k]!;
        rows[u + k]! += byInput[2 * d * i + k]!;
        rows[p + k]! += byItem;
        factors[u + k]! += byProduct[d * i + k]! * right[d * i + k]!;
        factors[p + k]! += byRight;
        if (byContent) byContent[p + k]! += byItem + byRight;
      }
    }
  }

  /** λ/2 × the mean over the pairs of the squared lengths of their vectors. */
  #penalise(): number {
    const { penalty } = this.settings;
    const { d } = this.input.tower;
    const { users, items } = this.#pairs;
    let squares = 0;
    for (const { parameter, gradient } of [this.#factors, this.#rows]) {
      for (const nodes of [users, items]) {
        for (const node of nodes) {
          for (let k = node * d; k < (node + 1) * d; k++) {
            const value = parameter.values[k]!;
            squares += value * value;
            gradient.values[k]! += (penalty / users.length) * value;
          }
        }
      }
    }
    return ((penalty / users.length) * squares) / 2;
  }
}
