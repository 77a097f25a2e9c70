import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix, SingularValueDecomposition, solve } from 'ml-matrix';
import { sparseRows } from '../data/sparse-rows.js';
import { solvePositiveDefinite } from './cholesky.js';
import { gramOf, orthonormal, product, type Dense } from './dense.js';
import { randomMatrix } from './random-matrix.js';
import { truncatedSvd } from './truncated-svd.js';

const toMatrix = ({ rows, columns, values }: Dense): Matrix => Matrix.from1DArray(rows, columns, values);
const distance = (a: Matrix, b: Matrix): number => Matrix.sub(a, b).norm('frobenius');

const shapes = fc.record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 12 }) });

describe('truncatedSvd', () => {
  const matrices = shapes.chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      ones: fc.uniqueArray(fc.nat(rows * columns - 1), { minLength: 1, maxLength: rows * columns, size: 'max' }),
      degreePower: fc.constantFrom(0, 0.5),
    }),
  );

  test('is the best approximation of its rank (against a dense SVD)', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 12 }), ({ rows, columns, ones, degreePower }, rank) => {
        const entries = ones.toSorted((a, b) => a - b);
        const row = entries.map((at) => Math.floor(at / columns));
        const column = entries.map((at) => at % columns);
        const rowWeights = Float64Array.from({ length: rows }, (_, r) => (r + 1) ** -degreePower);
        const columnWeights = Float64Array.from({ length: columns }, (_, c) => (c + 1) ** -degreePower);
        const dense = Matrix.zeros(rows, columns);
        row.forEach((r, i) => dense.set(r, column[i]!, rowWeights[r]! * columnWeights[column[i]!]!));
        const exact = new SingularValueDecomposition(dense, { autoTranspose: true });

        const matrix = sparseRows(rows, columns, row, column);
        const found = truncatedSvd({ matrix, rowWeights, columnWeights }, rank, 1);

        const kept = Math.min(rank, exact.rank);
        expect(found.singularValues).toHaveLength(kept);
        found.singularValues.forEach((value, i) => expect(value).toBeCloseTo(exact.diagonal[i]!, 5));
        const scaled = toMatrix(found.left).mulRowVector([...found.singularValues]);
        const best = exact.diagonal.slice(kept).reduce((sum, value) => sum + value * value, 0);
        expect(distance(scaled.mmul(toMatrix(found.right).transpose()), dense) ** 2).toBeCloseTo(best, 5);
      }),
    );
  });
});

describe('orthonormal', () => {
  test('gives orthonormal columns that span the same space, also where some depend on others', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 3 }), ({ rows, columns }, repeats) => {
        const base = randomMatrix(rows, columns, 7);
        const values = Float64Array.from({ length: rows * columns * repeats }, (_, i) => {
          const [r, c] = [Math.floor(i / (columns * repeats)), i % columns];
          return base.values[r * columns + c]!;
        });
        const a: Dense = { rows, columns: columns * repeats, values };
        const q = orthonormal(a);
        expect(q.columns).toBe(Math.min(rows, columns));
        const identity = Matrix.eye(q.columns);
        expect(distance(Matrix.from1DArray(q.columns, q.columns, gramOf(q)), identity)).toBeLessThan(1e-4);
        const projected = toMatrix(q).mmul(toMatrix(q).transpose()).mmul(toMatrix(a));
        expect(distance(projected, toMatrix(a))).toBeLessThan(1e-4);
      }),
    );
  });
});

test('product is the matrix product', () => {
  const [a, b] = [randomMatrix(5, 3, 1), randomMatrix(3, 4, 2)];
  expect(distance(toMatrix(product(a, b)), toMatrix(a).mmul(toMatrix(b)))).toBeLessThan(1e-12);
});

test('solvePositiveDefinite solves (against a library)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (k, seed) => {
      const lower = gramOf(randomMatrix(2 * k, k, seed));
      for (let i = 0; i < k; i++) lower[i * k + i]! += 1;
      const b = randomMatrix(k, 1, seed + 1).values;
      const expected = solve(Matrix.from1DArray(k, k, lower), Matrix.columnVector(b)).to1DArray();
      solvePositiveDefinite(lower, b);
      b.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 8));
    }),
  );
});
