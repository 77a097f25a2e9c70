import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compareGraphs,
  DEFAULT_GRAPH_SETTINGS,
  type GraphEngine,
  GraphReplica,
  type GraphSettings,
  type GraphStore,
  openEngine,
  reduceBatch,
  snapshotMessages,
  takeSnapshot,
} from '@thaw/graph';
import { MemoryGraphStore, RocksGraphStore } from '@thaw/store';
import { type AnyEvent, asEventSet, eventSequence, feed, inBatches } from '../support/graph-events.js';

const SETTINGS: GraphSettings = {
  ...DEFAULT_GRAPH_SETTINGS,
  historyLimit: 4,
  demandLimit: 6,
  coInteractionThreshold: 2,
  minCustomers: 2,
  maxListings: 2,
};
const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });

async function open(store: GraphStore, settings = SETTINGS, counter: 'embedded' | 'external' = 'embedded') {
  return await openEngine({ store, settings, counter, sketchCells: 1024, nowMs: 0 });
}

/** Feeds the events in batches, committing each and applying its changes to the replica. */
async function run(
  store: GraphStore,
  engine: GraphEngine,
  replica: GraphReplica,
  batches: readonly (readonly AnyEvent[])[],
): Promise<void> {
  for (const batch of batches) {
    for (const event of batch) feed(engine, event);
    const { changes, mutations } = engine.endBatch(0);
    await store.commit(mutations);
    for (const change of changes) expect(replica.apply(change)).toBe(true);
  }
}

function readAgain(engine: GraphEngine): GraphReplica {
  const replica = new GraphReplica();
  for (const message of snapshotMessages(takeSnapshot(engine.state), { settings: undefined, offsets: [] })) {
    replica.read(message);
  }
  return replica;
}

function expectEqualsBatch(
  engine: GraphEngine,
  followed: GraphReplica,
  events: readonly AnyEvent[],
  settings = SETTINGS,
): void {
  const expected = reduceBatch(asEventSet(events), settings);
  expect([...compareGraphs(readAgain(engine), expected, 'exact')]).toEqual([]);
  expect([...compareGraphs(followed, expected, 'half-octave')]).toEqual([]);
}

function expectCountsOfAllPairs(engine: GraphEngine, events: readonly AnyEvent[]): void {
  const { counts } = reduceBatch(asEventSet(events), SETTINGS);
  for (let p = 0; p < 8; p++) {
    for (let q = p + 1; q < 8; q++) {
      expect(engine.count(`p${p}`, `p${q}`) ?? 0).toBe(counts.get(`p${p}`, `p${q}`));
    }
  }
}

describe('the incremental graph equals the batch reduction of the same events', () => {
  test('after any sequence, with duplicates, ties, withdrawals, removals and erasures', async () => {
    await fc.assert(
      fc.asyncProperty(eventSequence('embedded'), lengths, async (events, cuts) => {
        const store = MemoryGraphStore.create();
        const { engine } = await open(store);
        const replica = new GraphReplica();
        await run(store, engine, replica, inBatches(events, cuts));
        expectEqualsBatch(engine, replica, events);
        expectCountsOfAllPairs(engine, events);
      }),
      { numRuns: 300 },
    );
  });

  test('at the end of every batch on the way', async () => {
    await fc.assert(
      fc.asyncProperty(eventSequence('embedded'), lengths, async (events, cuts) => {
        const store = MemoryGraphStore.create();
        const { engine } = await open(store);
        const replica = new GraphReplica();
        const seen: AnyEvent[] = [];
        for (const batch of inBatches(events, cuts)) {
          await run(store, engine, replica, [batch]);
          seen.push(...batch);
          expectEqualsBatch(engine, replica, seen);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('in any order of the same events', async () => {
    const orders = eventSequence('embedded').chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })),
    );
    await fc.assert(
      fc.asyncProperty(orders, lengths, async ([events, shuffled], cuts) => {
        const store = MemoryGraphStore.create();
        const { engine } = await open(store);
        const replica = new GraphReplica();
        await run(store, engine, replica, inBatches(shuffled, cuts));
        expectEqualsBatch(engine, replica, events);
      }),
      { numRuns: 200 },
    );
  });

  test('from finished counts of a distributed counter', async () => {
    await fc.assert(
      fc.asyncProperty(eventSequence('external'), lengths, async (events, cuts) => {
        const store = MemoryGraphStore.create();
        const { engine } = await open(store, SETTINGS, 'external');
        const replica = new GraphReplica();
        await run(store, engine, replica, inBatches(events, cuts));
        const reopened = await open(store, SETTINGS, 'external');
        expectEqualsBatch(engine, replica, [...events, { kind: 'count', event: noCount }]);
        expectEqualsBatch(reopened.engine, replica, [...events, { kind: 'count', event: noCount }]);
      }),
      { numRuns: 150 },
    );
  });

  test('after settings changed between two runs', async () => {
    const other = fc.record({
      coInteractionThreshold: fc.integer({ min: 1, max: 4 }),
      minCustomers: fc.integer({ min: 1, max: 4 }),
      maxListings: fc.integer({ min: 1, max: 4 }),
      historyLimit: fc.integer({ min: 1, max: 6 }),
      demandLimit: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(eventSequence('embedded'), lengths, other, async (events, cuts, changed) => {
        const settings = { ...SETTINGS, ...changed };
        const store = MemoryGraphStore.create();
        const replica = new GraphReplica();
        await run(store, (await open(store)).engine, replica, inBatches(events, cuts));
        const { engine, adjustment } = await open(store, settings);
        await store.commit(adjustment?.mutations ?? []);
        for (const change of adjustment?.changes ?? []) expect(replica.apply(change)).toBe(true);
        expectEqualsBatch(engine, replica, events, settings);
        const again = await open(store, settings);
        expect(again.adjustment).toBeUndefined();
        expectEqualsBatch(again.engine, replica, events, settings);
      }),
      { numRuns: 150 },
    );
  });
});

/** A count of nothing, so that an event set without counts still says that counts come from outside. */
const noCount = { productIdA: 'p0', productIdB: 'unseen', count: 0 } as const;

describe('on RocksDB, closed and opened again between batches', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thaw-equals-batch-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('the graph equals the batch reduction', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(eventSequence('embedded'), async (events) => {
        const place = join(folder, String((runs += 1)));
        const replica = new GraphReplica();
        for (const batch of inBatches(events, [40])) {
          const store = await RocksGraphStore.open({ folder: place });
          const { engine } = await open(store);
          await run(store, engine, replica, inBatches(batch, [7, 3]));
          await store.close();
        }
        const store = await RocksGraphStore.open({ folder: place });
        const { engine } = await open(store);
        expectEqualsBatch(engine, replica, events);
        await store.close();
      }),
      { numRuns: 12 },
    );
  });
});
