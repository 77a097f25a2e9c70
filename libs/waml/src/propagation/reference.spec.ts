import { describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import type { PropagationGraph } from './propagation-graph.js';
import { propagateLayers, propagateReference } from './reference.js';

/** 0 – 1 – 2, and 3 alone. */
const path: PropagationGraph = {
  rows: 4,
  offsets: Uint32Array.of(0, 1, 3, 4, 4),
  neighbours: Uint32Array.of(1, 0, 2, 1),
};

const rounded = (h: Float32Array): number[] => [...h].map((x) => Math.round(x * 1e4) / 1e4);

describe('propagateReference', () => {
  test('one layer by hand', () => {
    const h = Float32Array.of(2, 0, 0, 3, 0, -5, 0, 0.5);
    // Row 1 hears (1, 0) and (0, −1): √½ (1, −1) once normalised.
    const out = propagateReference(path, h, { dimensions: 2, alphas: [0.4] });
    expect(rounded(out)).toEqual([0.4, 0.6, 0.4243, 0.4 - 0.4243, 0, 0.2, 0, 1].map((x) => Math.round(x * 1e4) / 1e4));
  });

  test('weights decide what a neighbour sum looks like', () => {
    const h = Float32Array.of(1, 0, 0, 1, -1, 0, 0, 0);
    const weighted = { ...path, weights: Float32Array.of(1, 3, 1, 1) };
    const out = propagateReference(weighted, h, { dimensions: 2, alphas: [0.5] });
    expect(rounded(out).slice(2, 4)).toEqual([0.5, 0.5]);
  });

  test('neighbours that cancel each other leave a row as it is, and mixes that cancel become zero', () => {
    const h = Float32Array.of(1, 0, 0, 1, -1, 0, 0, 0);
    const [first] = [...propagateLayers(path, h, { dimensions: 2, alphas: [0.5] })];
    expect(rounded(first!).slice(2, 4)).toEqual([0, 1]);
    const opposed = propagateReference(
      { rows: 2, offsets: Uint32Array.of(0, 1, 2), neighbours: Uint32Array.of(1, 0) },
      Float32Array.of(1, -1),
      { dimensions: 1, alphas: [0.5, 0.4] },
    );
    expect([...opposed]).toEqual([0, 0]);
  });

  test('zero rows stay zero where nothing reaches them, and are filled by their neighbours where it does', () => {
    const out = propagateReference(path, Float32Array.of(0, 0, 0, 3, 0, 0, 0, 0), { dimensions: 2, alphas: [0.4] });
    expect(rounded(out)).toEqual([0, 0.6, 0, 1, 0, 0.6, 0, 0]);
  });

  test('layers come one by one and the input is left alone', () => {
    const h = Float32Array.of(2, 0, 0, 3, 0, -5, 0, 0.5);
    const copy = h.slice();
    const layers = [...propagateLayers(path, h, { dimensions: 2 })];
    expect(layers).toHaveLength(5);
    expect(h).toEqual(copy);
    expect(layers[4]).toEqual(propagateReference(path, h, { dimensions: 2 }));
    expect(layers[0]).toEqual(propagateReference(path, h, { dimensions: 2, alphas: [0.4] }));
  });

  test.each([[[]], [[1.1]], [[0.5, NaN]]])('α = %j is refused', (alphas) => {
    expect(() => propagateReference(path, new Float32Array(8), { dimensions: 2, alphas })).toThrow(ThawError);
  });

  test('a matrix of another shape is refused', () => {
    expect(() => propagateReference(path, new Float32Array(9), { dimensions: 2 })).toThrow(
      '9 numbers over 4 rows of 2',
    );
  });
});
