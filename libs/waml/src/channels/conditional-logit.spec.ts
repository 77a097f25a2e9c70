import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mix32 } from '../hashing/string-hash.js';
import { fitConditionalLogit, solvePositive, utilitiesOf, type ChoiceProblem } from './conditional-logit.js';

const uniform = (seed: number) => (i: number) => (mix32(mix32(seed) + i) >>> 0) / 2 ** 32;

/** Choices drawn from the model itself, with known weights. */
function drawn(weights: readonly number[], groups: number, items: number): ChoiceProblem {
  const features = weights.map((_, f) => Float32Array.from({ length: groups * items }, (_v, i) => uniform(f + 1)(i)));
  const hidden = Uint8Array.from({ length: groups * items }, (_, i) => (i % 7 === 0 ? 1 : 0));
  const problem = { groups, items, features, hidden, chosen: new Uint32Array(0) };
  const utilities = utilitiesOf(problem, weights);
  const chosen: number[] = [];
  for (let g = 0; g < groups; g++) {
    const cells = [...Array(items).keys()].map((i) => g * items + i).filter((cell) => hidden[cell] === 0);
    const masses = cells.map((cell) => Math.exp(utilities[cell]!));
    let left = uniform(99)(g) * masses.reduce((sum, mass) => sum + mass, 0);
    const at = masses.findIndex((mass) => (left -= mass) <= 0);
    chosen.push(cells[Math.max(0, at)]!);
  }
  return { ...problem, chosen: Uint32Array.from(chosen) };
}

/** The log-likelihood by its definition. */
function logLikelihood({ groups, items, features, hidden, chosen }: ChoiceProblem, weights: ArrayLike<number>): number {
  const utility = (cell: number): number => features.reduce((sum, feature, f) => sum + weights[f]! * feature[cell]!, 0);
  let total = 0;
  for (const cell of chosen) {
    const g = Math.floor(cell / items);
    let sum = 0;
    for (let i = 0; i < items; i++) if (hidden[g * items + i] === 0) sum += Math.exp(utility(g * items + i));
    total += utility(cell) - Math.log(sum);
  }
  expect(groups).toBeGreaterThan(0);
  return total / chosen.length;
}

describe('fitConditionalLogit', () => {
  test('finds the weights that the choices were drawn with', () => {
    const { weights } = fitConditionalLogit(drawn([3, -2, 0], 3000, 12), { ridge: 0 });
    expect(weights[0]).toBeCloseTo(3, 0);
    expect(weights[1]).toBeCloseTo(-2, 0);
    expect(Math.abs(weights[2]!)).toBeLessThan(0.3);
  });

  test('is at the top of the likelihood: no small step leads higher', () => {
    const problem = drawn([1, 2], 80, 9);
    const { weights, logLikelihood: reached } = fitConditionalLogit(problem, { ridge: 0 });
    expect(reached).toBeCloseTo(logLikelihood(problem, weights), 6);
    for (const [f, step] of [
      [0, 0.05],
      [0, -0.05],
      [1, 0.05],
      [1, -0.05],
    ] as const) {
      const moved = weights.slice();
      moved[f]! += step;
      expect(logLikelihood(problem, moved)).toBeLessThan(reached);
    }
  });

  test('shares the weight between twins, and bears a constant feature', () => {
    const problem = drawn([2], 300, 8);
    const twin = problem.features[0]!;
    const constant = new Float32Array(twin.length).fill(1);
    const { weights } = fitConditionalLogit({ ...problem, features: [twin, twin, constant] });
    expect(weights[0]).toBeCloseTo(weights[1]!, 6);
    expect(weights[2]).toBeCloseTo(0, 6);
  });

  test('does not care about the scale of a feature', () => {
    const problem = drawn([1, 1], 200, 8);
    const scaled = {
      ...problem,
      features: problem.features.map((feature, f) => (f === 0 ? feature.map((x) => x * 1000) : feature)),
    };
    const [plain, other] = [fitConditionalLogit(problem), fitConditionalLogit(scaled)];
    expect(other.weights[0]! * 1000).toBeCloseTo(plain.weights[0]!, 3);
    expect(other.weights[1]).toBeCloseTo(plain.weights[1]!, 3);
  });

  test('wants at least one choice', () => {
    expect(() => fitConditionalLogit({ ...drawn([1], 2, 3), chosen: new Uint32Array(0) })).toThrow(RangeError);
  });
});

test('solvePositive solves (against the product)', () => {
  const square = fc.integer({ min: 1, max: 6 }).chain((k) =>
    fc.record({
      a: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: k * k, maxLength: k * k }),
      x: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: k, maxLength: k }),
    }),
  );
  fc.assert(
    fc.property(square, ({ a, x }) => {
      const k = x.length;
      const at = (i: number, j: number): number =>
        a.slice(0, k).reduce((sum, _, m) => sum + a[i * k + m]! * a[j * k + m]!, i === j ? 1 : 0);
      const matrix = Float64Array.from({ length: k * k }, (_, cell) => at(Math.floor(cell / k), cell % k));
      const b = Float64Array.from(x, (_, i) => x.reduce((sum, value, j) => sum + at(i, j) * value, 0));
      solvePositive(matrix, b).forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 6));
    }),
  );
});
