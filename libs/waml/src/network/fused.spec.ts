import { describe, expect, test } from '@jest/globals';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { openTensorBackend } from '@thaw/tensor';
import { adamW } from './adamw.js';
import { networkBlock } from './block.js';
import type { BatchEdges } from './collisions.js';
import { compareWithDifferences } from './differences.fixture.js';
import { feedForward, standardRows, unitRows, type Layer } from './layers.js';
import { batchLoss } from './loss.js';
import { networkLayer } from './network.js';
import { randomParameters, smallNetwork } from './network.fixture.js';
import { dropoutLimit, SeededStream } from './random.js';
import { tensorOps, type FusedOps, type TensorApi } from './tensor-api.js';

const backend = await openTensorBackend({ forced: 'tfjs-node' }).catch(() => undefined);
const kernels = backend?.tf.kernels;
const note = kernels === undefined ? ' (skipped: npm run tf:native has not compiled them here)' : '';

/** The last is more rows than one task of a thread takes, and no multiple of a vector. */
const SHAPES: [rows: number, columns: number][] = [
  [1, 1],
  [3, 17],
  [5, 3],
  [400, 203],
];

(kernels === undefined ? describe.skip : describe)(`fused operations${note}`, () => {
  const tf = backend?.tf as TensorApi;
  const fused = kernels as FusedOps;
  const plainOps = tensorOps(tf, { fused: null, explicitTransposes: false });
  const fusedOps = tensorOps(tf, { fused: kernels ?? null, explicitTransposes: false });

  /** Normal numbers, of the same seed the same. */
  const normals = (seed: number, shape: readonly number[], scale = 1): Tensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    return tf.tensor(
      new SeededStream(seed).normals(size).map((value) => scale * value),
      [...shape],
    );
  };
  /** Runs both, and expects tensors of one shape that differ by a hundred-thousandth of the largest entry at most. */
  const expectEqual = (one: () => readonly Tensor[], other: () => readonly Tensor[]): void => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const expected = other();
      for (const [i, tensor] of one().entries()) {
        expect(tensor.shape).toEqual(expected[i]!.shape);
        const values = expected[i]!.dataSync<'float32'>();
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
        for (const [at, value] of tensor.dataSync().entries()) {
          if (Math.abs(value - values[at]!) <= 1e-5 * largest) continue;
          throw new Error(`result ${i}, entry ${at}: ${value} instead of ${values[at]!}, of at most ${largest}`);
        }
      }
    });
    expect(tf.memory().numTensors).toBe(before);
  };
  const bothWays = (layer: Layer, gradient: Tensor): Tensor[] => {
    const output = tf.clone(layer.output);
    const { input, parameters } = layer.backward(gradient, true);
    return [output, input!, ...parameters];
  };

  describe.each(SHAPES)('equal the layers of plain ones for %i x %i', (rows, columns) => {
    const x = () => normals(1, [rows, columns], 3);
    const gradient = () => normals(2, [rows, columns]);

    test('standardRows, and a row of zeros', () => {
      const zeros = () => tf.zeros([rows, columns]);
      for (const input of [x, zeros]) {
        expectEqual(
          () => {
            const [output, inverse] = fused.standardRows(input());
            return [output, fused.standardRowsGradient(gradient(), output, inverse, x())];
          },
          () => {
            const [output, byX] = bothWays(standardRows(plainOps, input()), gradient()) as [Tensor, Tensor];
            return [output, tf.add(byX, x())];
          },
        );
      }
    });

    test('unitRows, and a row of zeros', () => {
      for (const input of [x, () => tf.zeros([rows, columns])]) {
        expectEqual(
          () => bothWays(unitRows(fusedOps, input()), gradient()),
          () => bothWays(unitRows(plainOps, input()), gradient()),
        );
      }
    });

    test('GELU of the product and its bias', () => {
      // The plain layer with an identity after it, so that its output is GELU's.
      const identity = () => tf.eye(columns);
      const bias = () => normals(3, [columns]);
      expectEqual(
        () => {
          const [byZ, byBias] = fused.biasGeluGradient(gradient(), x(), bias());
          return [fused.biasGelu(x(), bias()), byZ, byBias];
        },
        () => {
          const layer = feedForward(plainOps, x(), [identity(), bias(), identity(), tf.zeros([columns])]);
          const [output, byZ, , byBias] = bothWays(layer, gradient()) as [Tensor, Tensor, Tensor, Tensor];
          return [output, byZ, byBias];
        },
      );
    });

    test.each([0, 0.3])('a whole block, a share of %f dropped', (dropout) => {
      const settings = smallNetwork({ dimensions: columns, dropout, blocks: 1 });
      const run = (ops: typeof plainOps) => () => {
        const parameters = randomParameters(settings, 9).map(({ shape, values }) => tf.tensor(values, [...shape]));
        const factors = dropout === 0 ? undefined : tf.cast(tf.greater(normals(4, [rows, columns]), 0), 'float32');
        return bothWays(networkBlock(ops, settings, x(), parameters, factors), gradient());
      };
      expectEqual(run(fusedOps), run(plainOps));
    });

    test('a skip connection over rows of zeros', () => {
      const zeros = () => tf.zeros([rows, columns]);
      const none = () => tf.zeros([columns]);
      expectEqual(
        () => {
          const [output, inverse] = fused.skip(x(), zeros(), none(), undefined, 0.7);
          return [output, ...fused.skipGradient(gradient(), zeros(), none(), undefined, inverse, 0.7)];
        },
        () => {
          const layer = unitRows(plainOps, zeros());
          const byY = layer.backward(tf.mul(gradient(), 0.7), true).input!;
          return [x(), byY, tf.sum(byY, 0)];
        },
      );
    });

    test('a step of AdamW, of a matrix and of a vector', () => {
      for (const shape of [[rows, columns], [columns]]) {
        const slot = () => ({
          parameter: normals(5, shape),
          first: normals(6, shape),
          second: tf.square(normals(7, shape)),
        });
        const run = (ops: typeof plainOps) => () => {
          const settings = { learningRate: 0.01, weightDecay: 0.1 };
          const { parameter, first, second } = adamW(ops, settings, 3, slot(), normals(8, shape));
          return [parameter, first, second];
        };
        expectEqual(run(fusedOps), run(plainOps));
      }
    });

    test.each([0.1, 0.5, 0.95])('the very entries that a seed drops, at a rate of %f', (rate) => {
      for (const seed of [1, 2]) {
        const stream = new SeededStream(seed, 17);
        const factors = tf.tidy(() =>
          fused.dropoutFactors([rows, columns], stream.position, dropoutLimit(rate)).dataSync(),
        );
        expect(factors).toEqual(stream.dropoutFactors(rows * columns, rate));
      }
    });
  });

  test('GELU and its slope are exact to a millionth, and what is no number stays none', () => {
    const points = Float32Array.from({ length: 4_001 }, (_, i) => (i - 2_000) / 160);
    const [values, slopes] = tf.tidy(() => {
      const z = tf.tensor2d(points, [1, points.length]);
      const bias = tf.zeros([points.length]);
      return [fused.biasGelu(z, bias), fused.biasGeluGradient(tf.onesLike(z), z, bias)[0]].map((one) => one.dataSync());
    }) as unknown as [Float32Array, Float32Array];
    for (const [i, z] of points.entries()) {
      expect(Math.abs(values[i]! - z * normalDistribution(z))).toBeLessThan(1e-6);
      const slope = normalDistribution(z) + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
      expect(Math.abs(slopes[i]! - slope)).toBeLessThan(1e-6);
    }
    const extremes = tf.tidy(() => fused.biasGelu(tf.tensor2d([[NaN, 1e30, -1e30]]), tf.zeros([3])).dataSync());
    expect([...extremes]).toEqual([NaN, Math.fround(1e30), -0]);
  });

  const edgesOf = (count: number): BatchEdges => {
    const stream = new SeededStream(count);
    const nodes = () => Array.from({ length: count }, () => stream.below(count));
    return { sellers: nodes(), products: nodes() };
  };
  test.each([1, 2, 5, 150])('the contrastive loss of %i edges, many of them of the same nodes', (count) => {
    const settings = smallNetwork({ dimensions: 7 });
    const run = (ops: typeof plainOps) => () => {
      const { value, gradient } = batchLoss(ops, settings, normals(1, [2 * count, 7]), edgesOf(count), 1);
      return [value, gradient];
    };
    expectEqual(run(fusedOps), run(plainOps));
  });

  test('the contrastive loss stays finite where a chance underflows, and shows what is no number', () => {
    const settings = smallNetwork({ dimensions: 2, loss: { kind: 'contrastive', temperature: 0.1 } });
    const lossOf = (rows: number[]): number | undefined =>
      tf.tidy(() => {
        const edges = { sellers: [1, 2], products: [3, 4] };
        return batchLoss(fusedOps, settings, tf.tensor2d(rows, [4, 2]), edges, 1).value.dataSync()[0];
      });
    expect(lossOf([-30, 0, 30, 0, 30, 0, -30, 0])).toBe(18_000);
    expect(lossOf([-30, 0, 30, NaN, 30, 0, -30, 0])).toBeNaN();
    expect(lossOf([-1e30, 0, 1e30, 0, 1e30, 0, -1e30, 0])).toBeNaN();
  });

  test('a shape that does not fit is refused by name', () => {
    tf.tidy(() => {
      expect(() => fused.biasGelu(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(/ThawBiasGelu: input 1 .*\[2\]/);
      expect(() => fused.unitRows(tf.zeros([3]))).toThrow(/ThawUnitRows: input 0/);
      const list = (...numbers: number[]) => tf.tensor1d(numbers, 'int32');
      const contrastive = (starts: Tensor, columns: Tensor) => () =>
        fused.contrastive(tf.zeros([2, 4]), starts, columns, 1);
      expect(contrastive(list(0, 3, 2), list(2, 3))).toThrow(/ThawContrastive: input 1/);
      expect(contrastive(list(0, 1, 2), list(2, 4))).toThrow(/ThawContrastive: input 2/);
    });
  });

  test('a network without rows dropped is the same through both, and leaves no tensor behind', () => {
    const settings = smallNetwork({ dimensions: 17 });
    const run = (ops: typeof plainOps) => () => {
      const parameters = randomParameters(settings, 9).map(({ shape, values }) => tf.tensor(values, [...shape]));
      return [networkLayer(ops, settings, normals(1, [6, 17]) as Tensor2D, parameters).output];
    };
    expectEqual(run(fusedOps), run(plainOps));
  });

  test.each([
    ['the final model', {}],
    ['dropout', { dropout: 0.4 }],
    ['one block, β = 1', { beta: 1, blocks: 1 }],
    ['no norm in the blocks, which nothing is fused for', { normalizeBlocks: false }],
    ['plain blocks with triplet loss', { block: 'plain', loss: { kind: 'triplet', margin: 0.8 }, dropout: 0.4 }],
  ] as const)('gradients equal those of the formulas in double precision: %s', async (_, changes) => {
    await compareWithDifferences(tf, smallNetwork(changes), [{}]);
  });
});

/** By a series with positive terms only (Abramowitz and Stegun, 26.2.11), and in the tails by Laplace's fraction. */
function normalDistribution(z: number): number {
  const a = Math.abs(z);
  const tail = a < 5 ? 0.5 - bulk(a) : Math.exp((-a * a) / 2) / (beyond(a) * Math.sqrt(2 * Math.PI));
  return z < 0 ? tail : 1 - tail;
}

function bulk(a: number): number {
  let term = a;
  let sum = a;
  for (let n = 1; term > 1e-17 * sum; n++) sum += term *= (a * a) / (2 * n + 1);
  return (sum * Math.exp((-a * a) / 2)) / Math.sqrt(2 * Math.PI);
}

function beyond(a: number): number {
  let fraction = a;
  for (let n = 60; n > 0; n--) fraction = a + n / fraction;
  return fraction;
}
