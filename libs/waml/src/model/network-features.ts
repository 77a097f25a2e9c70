import type { ChoiceProblem } from '../channels/conditional-logit.js';
import { fitConditionalLogit, utilitiesOf } from '../channels/conditional-logit.js';
import { innerProducts } from '../channels/inner-products.js';
import type { Validation } from '../network/training-run.js';
import { choiceRecall } from './choice-problem.js';
import type { LearnedModel, LearnedNetwork } from './learned-model.js';
import { partOf, type ReplayPart, servedScores } from './learn-weights.js';
import type { NetworkRows } from './network-rows.js';
import type { ReplayFeatures } from './replay-features.js';

/** Cells that a validation looks at, at most: it comes often. */
const VALIDATION_CELLS = 1_500_000;

/** Passes rows `[m, d]` through a network: `[m, d]`. */
export type EmbedRows = (rows: Float32Array) => Promise<Float32Array>;

/** The network's cosines of a replay's sellers and candidates, `[groups, items]`. */
export async function networkCosines(
  { sellers, products }: Pick<ReplayFeatures, 'sellers' | 'products'>,
  rows: NetworkRows,
  embed: EmbedRows,
): Promise<Float32Array> {
  const nodes = [...products, ...sellers.map((seller) => rows.sellerRow(seller))];
  const d = rows.dimensions;
  const matrix = await embed(rows.gather(nodes));
  const offsets = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => (from + i) * d);
  const cosines = new Float32Array(sellers.length * products.length);
  const sellerRows = { matrix, at: offsets(sellers.length, products.length) };
  innerProducts(sellerRows, { matrix, at: offsets(products.length, 0) }, d, cosines, 0, products.length);
  return cosines;
}

/** The replay with the network's cosines as one more feature, so that its weight λ is fitted beside the others. */
export function withNetwork(features: ReplayFeatures, network: LearnedNetwork, cosines: Float32Array): ReplayFeatures {
  const { problem } = features;
  const at = problem.features.length - 2;
  const all = [...problem.features.slice(0, at), cosines, ...problem.features.slice(at)];
  return { ...features, network, problem: { ...problem, features: all } };
}

/**
 * How good a network is beside the channels: the log-likelihood of the part's listings with two weights fitted, one of
 * all that the channels say and one of the network's cosine. A recall has a cut, and would choose by luck; it is given
 * for people.
 */
export class NetworkValidation {
  readonly #problem: ChoiceProblem;
  readonly #served: Float32Array;
  readonly #places: Pick<ReplayFeatures, 'sellers' | 'products'>;

  constructor(
    features: ReplayFeatures,
    private readonly rows: NetworkRows,
    { weights }: LearnedModel,
    part: ReplayPart,
  ) {
    const { sellers, products } = features;
    const problem = partOf(features.problem, part);
    const { items } = problem;
    const every = Math.max(1, Math.ceil(problem.features[0]!.length / VALIDATION_CELLS));
    const groups = sellers.flatMap((_, group) => (group % every === 0 ? [group] : []));
    const cells = <T extends Float32Array | Uint8Array>(all: T): T => picked(all, groups, items);
    const place = new Map(groups.map((group, i) => [group, i]));
    const chosen = [...problem.chosen].flatMap((cell) => {
      const group = place.get(Math.floor(cell / items));
      return group === undefined ? [] : [group * items + (cell % items)];
    });
    const all = [...weights.channels, weights.demand, weights.listing];
    this.#problem = {
      ...problem,
      groups: groups.length,
      hidden: cells(problem.hidden),
      chosen: Uint32Array.from(chosen),
      features: [cells(utilitiesOf(problem, all))],
    };
    this.#served = cells(servedScores(features, weights));
    this.#places = { products, sellers: groups.map((group) => sellers[group]!) };
  }

  async validate(embed: EmbedRows, signal?: AbortSignal): Promise<Validation> {
    const cosines = await networkCosines(this.#places, this.rows, embed);
    const problem = { ...this.#problem, features: [...this.#problem.features, cosines] };
    const { weights, logLikelihood } = fitConditionalLogit(problem, {
      start: [1, 0],
      ...(signal && { signal }),
    });
    const scores = this.#served.map((score, cell) => weights[0]! * score + weights[1]! * cosines[cell]!);
    return { score: logLikelihood, recall: choiceRecall(problem, scores, 100) };
  }
}

function picked<T extends Float32Array | Uint8Array>(all: T, groups: readonly number[], items: number): T {
  const part = new (all.constructor as new (length: number) => T)(groups.length * items);
  groups.forEach((group, i) => part.set(all.subarray(group * items, (group + 1) * items), i * items));
  return part;
}
