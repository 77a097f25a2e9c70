import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@thaw/platform';
import { datasetSettings } from './dataset-settings.js';
import type { FeedPlan } from './feed.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-dataset-settings-'));
  await writeFile(join(folder, 'candidates.csv'), 'product_id,n_listings,n_customers\np1,0,2\np2,1,7\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function settingsOf(plan: FeedPlan, environment: Record<string, string> = {}) {
  const notes: string[] = [];
  const settings = await datasetSettings(plan, loadConfig(environment), (line) => notes.push(line));
  return { settings, notes };
}

describe('what a data set says of its candidates', () => {
  test('holds for its import, and is told', async () => {
    const { settings, notes } = await settingsOf({ kind: 'import', folder });
    expect(settings).toEqual({ THAW_MIN_CUSTOMERS: '2' });
    expect(notes).toEqual([expect.stringContaining('2 customers or more: going on with THAW_MIN_CUSTOMERS=2')]);
  });

  test('gives way to what is set by hand, and to what is the same', async () => {
    for (const customers of ['2', '5']) {
      const environment = { THAW_MIN_CUSTOMERS: customers };
      expect(await settingsOf({ kind: 'import', folder }, environment)).toEqual({ settings: {}, notes: [] });
    }
  });

  test('is not looked for where nothing is imported', async () => {
    expect(await settingsOf({ kind: 'none' })).toEqual({ settings: {}, notes: [] });
  });
});
