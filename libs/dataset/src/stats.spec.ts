import { describe, expect, test } from '@jest/globals';
import { basename } from 'node:path';
import { withFolder } from './dataset.fixture.js';
import { readStats } from './stats.js';

describe('readStats', () => {
  test('reads the name, the split time, the rule and the counts', async () => {
    const text = JSON.stringify({ name: 'toys', split_time: '0000007', candidate_rule: 'few', products: 3 });
    await withFolder({ 'stats.json': text }, async (folder) => {
      expect(readStats(folder)).toEqual({
        name: 'toys',
        splitTimeMs: 7000,
        candidateRule: 'few',
        counts: { products: 3 },
      });
      await Promise.resolve();
    });
  });

  test('calls a folder without it by the name of the folder', async () => {
    await withFolder({}, async (folder) => {
      expect(readStats(folder)).toMatchObject({ name: basename(folder), splitTimeMs: undefined, counts: {} });
      await Promise.resolve();
    });
  });

  test.each(['[]', 'no json', '{"split_time": "soon"}'])('refuses %s', async (text) => {
    await withFolder({ 'stats.json': text }, async (folder) => {
      expect(() => readStats(folder)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
      await Promise.resolve();
    });
  });
});
