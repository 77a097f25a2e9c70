import { expect, test } from '@jest/globals';
import { withFolder } from './dataset.fixture.js';
import { leastDemand } from './least-demand.js';

test('a data set tells by its candidates how much demand one needs', async () => {
  const candidates = 'product_id,n_listings,n_customers\np1,0,4\np2,3,2\np3,9,17\n';
  await withFolder({ 'candidates.csv': candidates }, async (folder) => {
    expect(await leastDemand(folder)).toBe(2);
  });
  await withFolder({}, async (folder) => {
    expect(await leastDemand(folder)).toBeUndefined();
  });
});
