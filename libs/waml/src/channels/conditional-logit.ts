import { innerProducts } from './inner-products.js';

/**
 * A choice problem: in each of `groups` somebody chose some of `items`, by what `features` say of them.
 * Of K features, feature f of item i in group g is `features[f][g × items + i]`.
 */
export interface ChoiceProblem {
  readonly groups: number;
  readonly items: number;
  /** K arrays `[groups, items]`, row-major. */
  readonly features: readonly Float32Array[];
  /** `[groups, items]`: 1 where the item could not be chosen. */
  readonly hidden: Uint8Array;
  /** What was chosen, as g × items + i. */
  readonly chosen: Uint32Array;
  /** `[items]`: how many items each stands for, where items are a sample of all that there are; 1 each where absent. */
  readonly multiplicity?: Float64Array;
}

export interface ChoiceFitOptions {
  /** Penalty on the weights of standardised features. */
  readonly ridge?: number;
  /** Where to start, one weight per feature: near the optimum it takes fewer steps, and ends at the same. */
  readonly start?: ArrayLike<number>;
  readonly signal?: AbortSignal;
}

export interface ChoiceModel {
  /** One per feature. */
  readonly weights: Float64Array;
  /** Mean log-likelihood of a choice, without the penalty. */
  readonly logLikelihood: number;
}

/** Penalty on the weights of standardised features: enough to keep twins from pulling against each other. */
const DEFAULT_RIDGE = 0.01;
const MAX_STEPS = 30;
/** Newton's decrement below which the optimum is reached. */
const TOLERANCE = 1e-7;

interface Moments {
  value: number;
  logLikelihood: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/**
 * Fits the conditional logit (McFadden 1974), a softmax over all items of a group, by Newton's method with backtracking:
 * the objective is concave, so the optimum is the only one and needs no seed. Features are standardised inside, so that
 * the ridge treats them alike; the weights returned are for the features as given.
 *
 * @throws RangeError when nothing was chosen
 */
export function fitConditionalLogit(
  problem: ChoiceProblem,
  { ridge = DEFAULT_RIDGE, start, signal }: ChoiceFitOptions = {},
): ChoiceModel {
  if (problem.chosen.length === 0) throw new RangeError('a choice model needs at least one choice');
  const scales = problem.features.map((feature) => standardDeviation(feature));
  const counts = choicesPerGroup(problem);
  let weights: Float64Array = Float64Array.from(scales, (scale, f) => (start?.[f] ?? 0) * scale);
  let moments = momentsAt(problem, counts, scales, weights, ridge);
  for (let step = 0; step < MAX_STEPS; step++) {
    signal?.throwIfAborted();
    const direction = solvePositive(moments.hessian, moments.gradient);
    const decrement = dot(direction, moments.gradient);
    if (decrement < TOLERANCE) break;
    let length = 1;
    let next = moments;
    const before = weights;
    for (; length > 1e-4; length /= 2) {
      weights = before.map((weight, f) => weight + length * direction[f]!);
      // With derivatives at once: the full step is nearly always taken.
      next = momentsAt(problem, counts, scales, weights, ridge);
      if (next.value > moments.value + 1e-4 * length * decrement) break;
    }
    moments = next;
  }
  return {
    weights: weights.map((weight, f) => weight / scales[f]!),
    logLikelihood: moments.logLikelihood,
  };
}

/** Σ weights × features for every item of every group: `[groups, items]`. */
export function utilitiesOf({ features }: ChoiceProblem, weights: ArrayLike<number>): Float32Array {
  const utilities = new Float32Array(features[0]?.length ?? 0);
  features.forEach((feature, f) => {
    const weight = weights[f]!;
    for (let i = 0; i < utilities.length; i++) utilities[i]! += weight * feature[i]!;
  });
  return utilities;
}

/** Of a constant feature 1, so that it can be divided by. */
function standardDeviation(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const variance = squares / values.length - (sum / values.length) ** 2;
  return variance > 1e-12 ? Math.sqrt(variance) : 1;
}

function choicesPerGroup({ groups, items, chosen }: ChoiceProblem): Uint32Array {
  const counts = new Uint32Array(groups);
  for (const cell of chosen) counts[Math.floor(cell / items)]!++;
  return counts;
}

/** Penalised mean log-likelihood with its gradient and negative Hessian, in standardised weights. */
function momentsAt(
  problem: ChoiceProblem,
  counts: Uint32Array,
  scales: readonly number[],
  weights: Float64Array,
  ridge: number,
): Moments {
  const { groups, items, features, chosen } = problem;
  const k = features.length;
  const raw = weights.map((weight, f) => weight / scales[f]!);
  const total = chosen.length;
  const gradient = new Float64Array(k);
  const hessian = new Float64Array(k * k);
  const utilities = new Float64Array(items);
  const mean = new Float64Array(k);
  // The group's standardised features, plain and times the probability: `[k, items]`.
  const [rows, weighted] = [new Float32Array(k * items), new Float32Array(k * items)];
  const at = Array.from({ length: k }, (_, f) => f * items);
  const products = new Float64Array(k * k);
  let logLikelihood = 0;
  for (const cell of chosen) {
    for (let f = 0; f < k; f++) {
      const value = features[f]![cell]!;
      logLikelihood += (raw[f]! * value) / total;
      gradient[f]! += value / scales[f]! / total;
    }
  }
  for (let g = 0; g < groups; g++) {
    if (counts[g] === 0) continue;
    const share = counts[g]! / total;
    const from = g * items;
    logLikelihood -= share * softmaxInPlace(problem, raw, from, utilities);
    features.forEach((feature, f) => {
      let sum = 0;
      for (let i = 0, at = f * items; i < items; i++, at++) {
        const value = feature[from + i]! / scales[f]!;
        rows[at] = value;
        sum += weighted[at] = utilities[i]! * value;
      }
      mean[f] = sum;
    });
    innerProducts({ matrix: weighted, at }, { matrix: rows, at }, items, products, 0, k);
    for (let i = 0; i < products.length; i++) hessian[i]! += share * products[i]!;
    for (let f = 0; f < k; f++) {
      gradient[f]! -= share * mean[f]!;
      for (let e = 0; e <= f; e++) hessian[f * k + e]! -= share * mean[f]! * mean[e]!;
    }
  }
  for (let f = 0; f < k; f++) {
    gradient[f]! -= ridge * weights[f]!;
    hessian[f * k + f]! += ridge;
  }
  return { value: logLikelihood - 0.5 * ridge * dot(weights, weights), logLikelihood, gradient, hessian };
}

/** Fills `probabilities` for the group that starts at `from`; returns the log of the normaliser. */
function softmaxInPlace(
  { features, hidden, multiplicity }: ChoiceProblem,
  weights: Float64Array,
  from: number,
  probabilities: Float64Array,
): number {
  probabilities.fill(0);
  features.forEach((feature, f) => {
    const weight = weights[f]!;
    for (let i = 0; i < probabilities.length; i++) probabilities[i]! += weight * feature[from + i]!;
  });
  let highest = -Infinity;
  for (let i = 0; i < probabilities.length; i++) {
    if (hidden[from + i] === 0 && probabilities[i]! > highest) highest = probabilities[i]!;
  }
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const times = multiplicity === undefined ? 1 : multiplicity[i]!;
    const value = hidden[from + i] === 0 ? times * Math.exp(probabilities[i]! - highest) : 0;
    probabilities[i] = value;
    sum += value;
  }
  for (let i = 0; i < probabilities.length; i++) probabilities[i]! /= sum;
  return highest + Math.log(sum);
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Solves A x = b for a positive definite A given by its lower triangle, by Cholesky's decomposition. */
export function solvePositive(lower: Float64Array, b: Float64Array): Float64Array {
  const k = b.length;
  const l = lower.slice();
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = l[i * k + j]!;
      for (let m = 0; m < j; m++) sum -= l[i * k + m]! * l[j * k + m]!;
      l[i * k + j] = i === j ? Math.sqrt(sum) : sum / l[j * k + j]!;
    }
  }
  const x = b.slice();
  for (let i = 0; i < k; i++) {
    for (let m = 0; m < i; m++) x[i]! -= l[i * k + m]! * x[m]!;
    x[i]! /= l[i * k + i]!;
  }
  for (let i = k - 1; i >= 0; i--) {
    for (let m = i + 1; m < k; m++) x[i]! -= l[m * k + i]! * x[m]!;
    x[i]! /= l[i * k + i]!;
  }
  return x;
}
