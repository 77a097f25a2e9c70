/**
 * Runs giftware through the graph and recounts it by brute force. A worker thread, outside of Jest: in the contexts that
 * Jest makes for tests every global is looked up by name, which takes these loops seven times as long.
 *
 * workerData: { dataset, folder }. Posts one report: see giftware.spec.ts.
 */
import { Buffer } from 'node:buffer';
import { parentPort, workerData } from 'node:worker_threads';
import { readEvents } from '@thaw/dataset';
import {
  DEFAULT_GRAPH_SETTINGS,
  encodeNumber,
  GraphReplica,
  openEngine,
  snapshotMessages,
  TABLES,
  takeSnapshot,
} from '@thaw/graph';
import { Random } from '@thaw/simulator';
import { MemoryGraphStore, RocksGraphStore } from '@thaw/store';

const SETTINGS = { ...DEFAULT_GRAPH_SETTINGS, coInteractionThreshold: 5 };
const BATCH_EVENTS = 100_000;
const ERASED_CUSTOMERS = 100;
/** After every event of the data set. */
const ERASED_AT_MS = Date.UTC(2012, 0, 1);
const MOST_NAMED = 10;

async function open(store) {
  const options = { store, settings: SETTINGS, counter: 'embedded', sketchCells: 2 ** 24, nowMs: 0 };
  return (await openEngine(options)).engine;
}

function feed(engine, { topic, value }) {
  if (topic === 'interactions') engine.interaction(value, value.eventTimeMs);
  else if (topic === 'listings') engine.listing(value, value.eventTimeMs);
  else engine.product(value, value.eventTimeMs);
}

/** Feeds the events in micro-batches and commits each to all of the stores. */
async function run(engine, events, stores) {
  for (let from = 0; from < events.length; from += BATCH_EVENTS) {
    for (const event of events.slice(from, from + BATCH_EVENTS)) feed(engine, event);
    const { mutations } = engine.endBatch(0);
    for (const store of stores) await store.commit(mutations);
  }
}

/** The reduced graph as a reader sees it. */
function graphOf(engine) {
  const replica = new GraphReplica();
  const header = { settings: undefined, offsets: [] };
  for (const message of snapshotMessages(takeSnapshot(engine.state), header)) replica.read(message);
  return replica;
}

/** All pairs of products, from each customer's newest distinct products; on the diagonal the customers of each. */
function recount(interactions, ids) {
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const newest = new Map();
  for (const { customerId, productId, eventTimeMs } of interactions) {
    if (!newest.has(customerId)) newest.set(customerId, new Map());
    const times = newest.get(customerId);
    times.set(productId, Math.max(eventTimeMs, times.get(productId) ?? -Infinity));
  }
  const counts = new Uint16Array(ids.length * ids.length);
  for (const times of newest.values()) {
    const newestFirst = [...times].sort(([p, a], [q, b]) => b - a || (p < q ? -1 : 1)).map(([id]) => numbers.get(id));
    const history = newestFirst.slice(0, SETTINGS.historyLimit);
    for (const a of history) for (const b of history) if (a !== b) counts[a * ids.length + b] += 1;
    for (const a of newestFirst.slice(0, SETTINGS.demandLimit)) counts[a * ids.length + a] += 1;
  }
  return counts;
}

/** METHOD's steps 3 to 5 on the matrix: pairs at or over the threshold with a candidate at an end. */
function edgesOf(counts, ids, listings) {
  const isCandidate = ids.map((id, number) => {
    const customers = counts[number * ids.length + number];
    return customers >= SETTINGS.minCustomers && (listings.get(id)?.size ?? 0) < SETTINGS.maxListings;
  });
  const edges = new Map();
  for (const [a, idA] of ids.entries()) {
    for (let b = a + 1; b < ids.length; b++) {
      const count = counts[a * ids.length + b];
      if (count < SETTINGS.coInteractionThreshold || !(isCandidate[a] || isCandidate[b])) continue;
      edges.set(idA < ids[b] ? `${idA}\n${ids[b]}` : `${ids[b]}\n${idA}`, count);
    }
  }
  return edges;
}

/** Compares every count of the engine with the matrix. */
function compareCounts(engine, counts, ids) {
  const { productIds, counting } = engine.state;
  const different = [];
  let pairs = 0;
  const check = (name, actual, expected) => {
    if (expected > 0) pairs += 1;
    if (actual !== expected && different.length < MOST_NAMED) different.push(`${name}: ${actual}, not ${expected}`);
  };
  for (const [a, idA] of ids.entries()) {
    check(idA, counting.counter.customers(productIds.find(idA)), counts[a * ids.length + a]);
    for (let b = a + 1; b < ids.length; b++) {
      check(`${idA} ${ids[b]}`, engine.count(idA, ids[b]), counts[a * ids.length + b]);
    }
  }
  return { pairs, different };
}

/** The first keys whose values are not the same. */
function mapDifferences(actual, expected) {
  const keys = new Set([...actual.keys(), ...expected.keys()]);
  const text = (value) => (typeof value === 'object' ? JSON.stringify(value) : value);
  return [...keys].filter((key) => text(actual.get(key)) !== text(expected.get(key))).slice(0, MOST_NAMED);
}

function graphDifferences(actual, expected) {
  const asMap = (set) => new Map([...set].map((id) => [id, true]));
  return [
    ...mapDifferences(actual.products, expected.products),
    ...mapDifferences(asMap(actual.sellers), asMap(expected.sellers)),
    ...mapDifferences(actual.edges, expected.edges),
    ...mapDifferences(actual.listings, expected.listings),
  ];
}

async function rowsOf(store, table) {
  const parts = [];
  for await (const page of store.pages(table)) {
    for (const { key, value } of page) parts.push(encodeNumber(key.length), key, encodeNumber(value.length), value);
  }
  return Buffer.concat(parts);
}

async function differentTables(one, other) {
  const different = [];
  for (const table of TABLES) {
    const [a, b] = [await rowsOf(one, table), await rowsOf(other, table)];
    if (!a.equals(b)) different.push(table);
  }
  return different;
}

function drawCustomers(interactions) {
  const customers = [...new Set(interactions.map(({ customerId }) => customerId))].sort();
  const random = new Random(100);
  const drawn = new Set();
  while (drawn.size < ERASED_CUSTOMERS) drawn.add(customers[random.below(customers.length)]);
  return drawn;
}

const events = [];
for await (const event of readEvents(workerData.dataset)) events.push(event);
const interactions = events.flatMap(({ topic, value }) => (topic === 'interactions' ? [value] : []));
const ids = events.flatMap(({ topic, value }) => (topic === 'products' ? [value.productId] : []));
const listings = new Map(ids.map((id) => [id, new Set()]));
for (const { topic, value } of events) if (topic === 'listings') listings.get(value.productId).add(value.sellerId);

const memory = MemoryGraphStore.create();
const rocks = await RocksGraphStore.open({ folder: workerData.folder });
await run(await open(memory), events, [memory, rocks]);
const tables = await differentTables(memory, rocks);

const counts = recount(interactions, ids);
const edges = edgesOf(counts, ids, listings);
const engine = await open(rocks);
const all = {
  edges: edges.size,
  differentEdges: mapDifferences(graphOf(engine).edges, edges),
  counts: compareCounts(engine, counts, ids),
};

const erased = drawCustomers(interactions);
for (const customerId of erased) engine.erasure({ customerId, eventTimeMs: ERASED_AT_MS }, ERASED_AT_MS);
await rocks.commit(engine.endBatch(0).mutations);
const isErased = ({ topic, value }) => topic === 'interactions' && erased.has(value.customerId);
const innocent = await open(MemoryGraphStore.create());
const remaining = events.filter((event) => !isErased(event));
await run(innocent, remaining, []);
const others = recount(
  interactions.filter(({ customerId }) => !erased.has(customerId)),
  ids,
);
const erasure = {
  removed: events.length - remaining.length,
  differentGraph: graphDifferences(graphOf(engine), graphOf(innocent)),
  counts: compareCounts(engine, others, ids),
  innocentCounts: compareCounts(innocent, others, ids),
};
await rocks.close();
parentPort.postMessage({ events: events.length, tables, all, erasure });
