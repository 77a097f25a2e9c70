import { expect, test } from '@jest/globals';
import { coldLift } from './cold-lift.js';

const problem = {
  groups: 2,
  items: 3,
  features: [],
  hidden: Uint8Array.of(0, 0, 0, 0, 0, 1),
  chosen: new Uint32Array(0),
};
/** Items with 0, 2 and 7 listings; the last of the second group is hidden. */
const utilities = Float32Array.of(1, 2, 4, 3, 4, 100);
const LISTINGS = [0, 2, 7];

test('lifts each stratum by a share of its distance to the warmest, leaving out what is hidden', () => {
  expect(coldLift(problem, utilities, LISTINGS, 1)).toEqual({ '0': 2, '1-3': 1, '4-9': 0 });
  expect(coldLift(problem, utilities, LISTINGS, 0.5)).toEqual({ '0': 1, '1-3': 0.5, '4-9': 0 });
});

test('lifts nothing where a stratum has no candidates', () => {
  expect(coldLift(problem, utilities, [1, 2, 7], 1)).toEqual({ '0': 0, '1-3': 1.5, '4-9': 0 });
  expect(coldLift(problem, utilities, [0, 0, 0], 1)).toEqual({ '0': 0, '1-3': 0, '4-9': 0 });
});
