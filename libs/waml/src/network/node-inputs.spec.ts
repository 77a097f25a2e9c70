import { describe, expect, test } from '@jest/globals';
import { NodeInputs } from './node-inputs.js';
import { SeededStream } from './random.js';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, k) => sum + value * b[k]!, 0);

function unit(seed: number, width: number): Float32Array {
  const vector = new SeededStream(seed).normals(width);
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

describe("a network's input", () => {
  test.each(['sum', 'slices'] as const)('keeps inner products on average: %s', (kind) => {
    const inputs = new NodeInputs({ dimensions: 256, kind, scales: [1, 1] }, [1024, 512]);
    let error = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const [a, b, c] = [unit(seed, 1024), unit(seed + 1000, 512), unit(seed + 2000, 1024)];
      const rows = [new Float64Array(256), new Float64Array(256)] as const;
      inputs.add(0, a, 0, rows[0], 0);
      inputs.add(1, b, 0, rows[0], 0);
      const mixed = a.map((value, k) => 0.6 * value + 0.8 * c[k]!);
      inputs.add(0, mixed, 0, rows[1], 0);
      inputs.add(1, b, 0, rows[1], 0);
      error += (dot(rows[0], rows[1]) - (dot(a, mixed) + 1)) / 100;
    }
    expect(Math.abs(error)).toBeLessThan(0.06);
  });

  test('of slices has columns of each channel’s own, copied where they fit', () => {
    const inputs = new NodeInputs({ dimensions: 8, kind: 'slices', scales: [2, 0, 1] }, [3, 5, 4]);
    const row = new Float64Array(8);
    inputs.add(0, [1, 2, 3], 0, row, 0);
    inputs.add(1, [9, 9, 9, 9, 9], 0, row, 0);
    inputs.add(2, [4, 5, 6, 7], 0, row, 0);
    expect([...row]).toEqual([2, 4, 6, 0, 4, 5, 6, 7]);
    expect([0, 1, 2].map((channel) => inputs.uses(channel))).toEqual([true, false, true]);
  });

  test('has length 1 once it is finished, and zeros stay', () => {
    const inputs = new NodeInputs({ dimensions: 4, kind: 'sum', scales: [1] }, [6]);
    const rows = new Float32Array(8);
    inputs.add(0, [1, 2, 3, 4, 5, 6], 0, rows, 4);
    inputs.finish(rows, 0);
    inputs.finish(rows, 4);
    expect([...rows.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(dot(rows, rows)).toBeCloseTo(1, 5);
  });
});
