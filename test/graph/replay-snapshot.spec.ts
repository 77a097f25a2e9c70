import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_GRAPH_SETTINGS,
  edgeKey,
  type GraphSettings,
  openEngine,
  reduceBatch,
  snapshotMessages,
  takeSnapshot,
} from '@thaw/graph';
import { MemoryGraphStore } from '@thaw/store';
import { GraphCopyBuilder } from '@thaw/waml';
import { asEventSet, eventSequence, feed } from '../support/graph-events.js';

const SETTINGS: GraphSettings = {
  ...DEFAULT_GRAPH_SETTINGS,
  historyLimit: 4,
  demandLimit: 6,
  coInteractionThreshold: 2,
  minCustomers: 2,
  maxListings: 2,
};

test('a copy for a replay holds what candidates of before the newest listings would keep, and no more', async () => {
  const share = fc.double({ min: 0.05, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(eventSequence('embedded'), share, async (events, replayShare) => {
      const store = MemoryGraphStore.create();
      const { engine } = await openEngine({
        store,
        settings: SETTINGS,
        counter: 'embedded',
        sketchCells: 1024,
        nowMs: 0,
      });
      for (const event of events) feed(engine, event);
      await store.commit(engine.endBatch(0).mutations);

      const snapshot = takeSnapshot(engine.state, replayShare);
      const now = reduceBatch(asEventSet(events), SETTINGS);
      const isActive = (id: string): boolean => now.products.get(id)?.status === 'active';
      const times = [...now.listings].flatMap(([id, sellers]) => (isActive(id) ? [...sellers.values()] : []));
      const sorted = times.toSorted((a, b) => a - b);
      const startMs = sorted[Math.min(sorted.length - 1, Math.floor((1 - replayShare) * sorted.length))] ?? 0;
      expect(snapshot.replayStartMs).toBe(startMs);
      const before = (id: string): number =>
        [...(now.listings.get(id)?.values() ?? [])].filter((timeMs) => timeMs < startMs).length;
      const then = [...now.products.keys()].filter(
        (id) =>
          isActive(id) && (now.customers.get(id) ?? 0) >= SETTINGS.minCustomers && before(id) < SETTINGS.maxListings,
      );
      const expected = reduceBatch(asEventSet(events), SETTINGS, new Set([...now.candidates, ...then]));

      const id = (place: number): string => snapshot.products[place]!.productId;
      expect(new Set(snapshot.products.map(({ productId }) => productId))).toEqual(expected.trainingSet);
      const candidates = snapshot.products.filter(({ candidate }) => candidate).map(({ productId }) => productId);
      expect(new Set(candidates)).toEqual(now.candidates);
      const { first, second, count } = snapshot.edges;
      const edges = Array.from(first, (a, i): [string, number] => [edgeKey(id(a), id(second[i]!)), count[i]!]);
      expect(edges).toHaveLength(expected.edges.size);
      expect(new Map(edges)).toEqual(expected.edges);
      // As of then, and over the stream as the trainer reads it.
      expect(snapshot.past === undefined).toBe(startMs === 0);
      const { customers, counts } = snapshot.past ?? { customers: new Uint32Array(0), counts: new Uint32Array(0) };
      customers.forEach((then, i) => expect(then).toBeLessThanOrEqual(snapshot.products[i]!.customers));
      const builder = new GraphCopyBuilder();
      for (const message of snapshotMessages(snapshot, { settings: SETTINGS, offsets: [] })) builder.add(message);
      const read = builder.finish().past;
      const isEmpty = snapshot.past === undefined || snapshot.products.length === 0;
      expect(read && [[...Array.from(read.customers)], [...Array.from(read.counts)]]).toEqual(
        isEmpty ? undefined : [[...customers], [...counts]],
      );
    }),
    { numRuns: 200 },
  );
});
