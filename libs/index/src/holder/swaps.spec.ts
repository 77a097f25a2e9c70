import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openIndex } from '../serving/open-index.js';
import type { ServingIndex } from '../serving/serving-index.js';
import { everyRow, hnswOf, randomVectors } from '../testing.fixture.js';
import type { IndexSettings } from '../types.js';
import { IndexHolder } from './index-holder.js';

const D = 128;
const COUNT = 5000;
const SWAPS = 50;
const settings: IndexSettings = { kind: 'hnsw', m: 8, efConstruction: 30, efSearch: 60 };
/** What one version takes in native memory: vectors and links. */
const NATIVE_BYTES = COUNT * (4 * D + 4 * 17 + 8);
const vectors = randomVectors(COUNT, D, 1);
const rows = everyRow(COUNT);
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-index-'));
  path = join(folder, 'index.hnsw');
  const hnsw = hnswOf({ vectors, rows, dimensions: D, m: 8, efConstruction: 30 });
  hnsw.write(path);
  hnsw.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The same vectors under ids that name their version. */
const open = (version: string): Promise<ServingIndex> => {
  const ids = Array.from({ length: COUNT }, (_, i) => `${version}/${i}`);
  return openIndex({ version, settings, path, ids, vectors, rows, dimensions: D });
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Native memory of this process, as far as it can be told from outside. */
const nativeBytes = async (): Promise<number> => {
  for (let round = 0; round < 2; round++) {
    collectGarbage();
    await setImmediate(); // what was collected is finalised
  }
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
};

describe('fifty swaps in a row', () => {
  it('fail no query, mix no answer, and give the memory back', async () => {
    const holder = new IndexHolder();
    await holder.swap(await open('v0'));
    let done = false;
    let queries = 0;
    let overlapped = 0;
    const mixed: string[] = [];

    const ask = async (seed: number): Promise<void> => {
      for (let turn = 0; !done; turn++) {
        const query = randomVectors(1, D, 1000 * seed + turn);
        await holder.use(async (index) => {
          const { version } = index;
          const first = index.search(query, 20);
          await setImmediate();
          const second = index.search(query, 20, (id) => id.startsWith(version));
          index.upsert(`${version}/new${seed}`, query);
          const own = index.search(query, 1);
          if (holder.version !== version) overlapped++;
          const ids = [...first, ...second, ...own].map(({ id }) => id);
          if (ids.some((id) => !id.startsWith(`${version}/`))) mixed.push(`${version}: ${ids.join()}`);
          if (first.length !== 20 || second.length !== 20 || own.length !== 1) mixed.push(`${version}: too few`);
        });
        queries++;
        await setImmediate();
      }
    };
    const askers = [1, 2].map(ask);
    const kept: ServingIndex[] = []; // so that it is not the garbage collector that frees them
    const swapAll = async (from: number, to: number): Promise<void> => {
      for (let swap = from; swap <= to; swap++) {
        kept.push(await open(`v${swap}`));
        await holder.swap(kept.at(-1)!);
      }
    };
    await swapAll(1, 10);
    const before = await nativeBytes();
    await swapAll(11, 10 + SWAPS);
    const after = await nativeBytes();
    done = true;
    await Promise.all(askers); // rejects if any query failed

    expect(mixed).toEqual([]);
    expect(queries).toBeGreaterThan(SWAPS);
    expect(overlapped).toBeGreaterThan(0);
    expect(after - before).toBeLessThan((SWAPS / 3) * NATIVE_BYTES);
    await holder.close();
    expect(holder.retiring).toBe(0);
  });
});
