import { expect, test } from '@jest/globals';
import { profileVectors } from './seller-profiles.js';

const PRODUCTS = Float32Array.of(1, 0, 0, 1);

test('an infinite half-life weighs all listings alike; a seller without listings is zero', () => {
  const { sellers } = profileVectors(PRODUCTS, 2, { seller: [0, 0], product: [0, 1] }, 2, Infinity);
  expect([...sellers]).toEqual([expect.closeTo(Math.SQRT1_2), expect.closeTo(Math.SQRT1_2), 0, 0]);
});

test('a listing counts half for every half-life of newer listings of the same seller', () => {
  // Seller 0 lists product 0, then product 1; what seller 1 does in between does not age it.
  const listings = { seller: [0, 1, 1, 0], product: [0, 0, 0, 1] };
  const { sellers } = profileVectors(PRODUCTS, 2, listings, 2, 1);
  expect(sellers[1]! / sellers[0]!).toBeCloseTo(2, 5);
});
