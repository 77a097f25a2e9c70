import { expect, test } from '@jest/globals';
import { curvesSvg } from './curves-svg.js';

const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

test('draws loss and validation over the steps, and marks the best of each', () => {
  const svg = curvesSvg([
    { step: 0, epoch: 0, validation: 0.1 },
    { step: 50, epoch: 0, loss: 5, validation: 0.3 },
    { step: 100, epoch: 1, loss: 3, validation: 0.2 },
  ]);
  expect(svg).toContain('loss: best 3.000 at step 100');
  expect(svg).toContain('validation: best 0.3000 at step 50');
  // The best validation is at the top of its panel, half way along.
  expect(svg).toContain('<circle cx="344.0" cy="188.0" r="3" fill="#27c"/>');
  expect(svg).toContain('points="64.0,292.0 344.0,188.0 624.0,240.0"');
});

test('a flat curve, a single point and none at all are drawn without NaN', () => {
  for (const curve of [
    [],
    [{ step: 0, epoch: 0, validation: 0.1 }],
    [0, 1, 2].map((step) => ({ step, epoch: 0, loss: 1, validation: 0.1 })),
    [{ step: 5, epoch: 0, loss: NaN, validation: Infinity }],
  ]) {
    expect(curvesSvg(curve)).not.toMatch(/NaN|Infinity/);
  }
});

test('a long curve is thinned and keeps its end', () => {
  const points = Array.from({ length: 5_000 }, (_, step) => ({ step, epoch: 0, loss: 1, validation: step / 5_000 }));
  const svg = curvesSvg(points);
  expect(count(svg, /\d+\.\d,\d+\.\d/g)).toBeLessThan(900);
  expect(svg).toContain('at step 4999');
});
