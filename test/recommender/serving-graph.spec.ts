import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphReplica, openEngine, snapshotMessages, takeSnapshot } from '@thaw/graph';
import { MemoryGraphStore } from '@thaw/store';
import { ServingGraph } from '../../apps/recommender/src/graph/serving-graph.js';
import { eventSequence, feed, inBatches } from '../support/graph-events.js';
import { LOW_LIMITS } from '../support/graph-settings.js';

const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });

/** What both copies hold, in a form that can be compared. Listings are counted by product as they are recommended. */
function contentOf(graph: ServingGraph) {
  const { products, neighbours, shared, listed, sellers } = graph;
  const id = (product: number): string => products.ids.id(product);
  const edges = new Map<string, number>();
  const details = new Map<string, unknown>();
  for (const [product, own] of products.ids.entries()) {
    details.set(own, {
      categoryId: products.categoryId(product),
      title: products.titles[product],
      candidate: products.isCandidate(product),
      listings: products.listings[product],
    });
    neighbours.slice(product).forEach((other, i) => {
      const count = shared.slice(product)[i]!;
      expect(graph.count(other, product)).toBe(count);
      if (own < id(other)) edges.set(`${own}\n${id(other)}`, count);
    });
  }
  const listings = [...sellers.entries()].flatMap(([seller, name]) =>
    [...listed.slice(seller)].map((product) => `${name}\n${id(product)}`),
  );
  const candidates = [...products.candidates].map(id).sort();
  return { sequence: graph.sequence, details, edges, listings: listings.sort(), candidates, count: graph.edges };
}

function expectedOf(replica: GraphReplica): ReturnType<typeof contentOf> {
  const listings = [...replica.listings.keys()].sort();
  const details = new Map(
    [...replica.products].map(([id, { categoryId, title, candidate }]) => {
      const own = listings.filter((listing) => listing.endsWith(`\n${id}`)).length;
      return [id, { categoryId, title, candidate, listings: own }] as const;
    }),
  );
  const candidates = [...replica.products].filter(([, { candidate }]) => candidate).map(([id]) => id);
  const { sequence, edges } = replica;
  return { sequence, details, edges, listings, candidates: candidates.sort(), count: edges.size };
}

test('the served graph holds what the replica holds, from a copy in the middle and from the first change on', async () => {
  await fc.assert(
    fc.asyncProperty(eventSequence('embedded'), lengths, fc.nat(6), async (events, cuts, copyAfter) => {
      const store = MemoryGraphStore.create();
      const { engine } = await openEngine({
        store,
        settings: LOW_LIMITS,
        counter: 'embedded',
        sketchCells: 1024,
        nowMs: 0,
      });
      const replica = new GraphReplica();
      const told = new Set<string>();
      const served = new ServingGraph((id, isCandidate) => {
        if (isCandidate) told.add(id);
        else told.delete(id);
      });
      let copied: ServingGraph | undefined;
      for (const [i, batch] of inBatches(events, cuts).entries()) {
        for (const event of batch) feed(engine, event);
        const { changes, mutations } = engine.endBatch(0);
        await store.commit(mutations);
        for (const change of changes) {
          replica.apply(change);
          served.apply(change);
          copied?.apply(change);
        }
        if (i !== copyAfter) continue;
        copied = new ServingGraph();
        const messages = snapshotMessages(takeSnapshot(engine.state), { settings: undefined, offsets: [] });
        for (const message of messages) copied.read(message);
      }
      const expected = expectedOf(replica);
      expect(contentOf(served)).toEqual(expected);
      expect([...told].sort()).toEqual(expected.candidates);
      if (copied === undefined) return;
      // A copy's counts are exact; those that were told by changes are so within a half-octave.
      const { edges, ...rest } = contentOf(copied);
      expect([...edges.keys()].sort()).toEqual([...expected.edges.keys()].sort());
      expect({ ...rest, edges: expected.edges }).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});
