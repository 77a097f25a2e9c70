import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const DATASET = fileURLToPath(new URL('../../../shared/data/giftware', import.meta.url));
const RECOUNT = new URL('../support/giftware-recount.mjs', import.meta.url);
const ifThere = existsSync(DATASET) ? test : test.skip;

interface CountComparison {
  /** Products and pairs with a count above 0. */
  readonly pairs: number;
  readonly different: readonly string[];
}

interface Report {
  readonly events: number;
  readonly tables: readonly string[];
  readonly all: {
    readonly edges: number;
    readonly differentEdges: readonly string[];
    readonly counts: CountComparison;
  };
  readonly erasure: {
    readonly removed: number;
    readonly differentGraph: readonly string[];
    readonly counts: CountComparison;
    readonly innocentCounts: CountComparison;
  };
}

async function recountGiftware(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'thaw-giftware-'));
  const worker = new Worker(RECOUNT, { workerData: { dataset: DATASET, folder } });
  try {
    const [report] = (await once(worker, 'message')) as [Report];
    return report;
  } finally {
    await worker.terminate();
    await rm(folder, { recursive: true });
  }
}

describe('giftware', () => {
  ifThere(
    'equals a brute-force recount, and after erasures what never saw the customers (left out without ../shared/data/giftware)',
    async () => {
      const { events, tables, all, erasure } = await recountGiftware();
      expect(events).toBe(3707 + 40_924 + 327_418);
      // What RocksDB holds is what the memory holds; the rest is read from RocksDB.
      expect(tables).toEqual([]);
      expect(all.differentEdges).toEqual([]);
      expect(all.edges).toBeGreaterThan(300_000);
      expect(all.counts.different).toEqual([]);
      expect(all.counts.pairs).toBeGreaterThan(2_700_000);
      expect(erasure.removed).toBeGreaterThan(1000);
      expect(erasure.differentGraph).toEqual([]);
      expect(erasure.counts.different).toEqual([]);
      expect(erasure.innocentCounts.different).toEqual([]);
      expect(erasure.counts.pairs).toBeLessThan(all.counts.pairs);
    },
    600_000,
  );
});
