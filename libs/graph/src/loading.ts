import { ThawError } from '@thaw/contracts';
import { META_RESTORED, META_SEQUENCE, META_SETTINGS } from './batch-writer.js';
import { EmbeddedCounter } from './counting/embedded-counter.js';
import { ExternalCounter } from './counting/external-counter.js';
import type { HistoryLimits } from './counting/histories.js';
import { GraphEngine, type SettledBatch } from './engine.js';
import type { GraphStore, Mutation, Row, TableName } from './port.js';
import {
  decodeCustomer,
  decodeListing,
  decodeNumber,
  decodeProduct,
  decodeText,
  encodeNumber,
  keyNumber,
} from './rows.js';
import { type GraphSettings, historyLimits } from './settings.js';
import { type Counter, GraphState } from './state.js';
import { Interner } from './state/interner.js';

export interface OpenOptions {
  readonly store: GraphStore;
  readonly settings: GraphSettings;
  readonly counter: Counter['kind'];
  /** Cells of the counting sketch to begin with; it grows by itself. */
  readonly sketchCells: number;
  /** Kafka time to put on changes that come of changed settings, epoch milliseconds. */
  readonly nowMs: number;
}

export interface OpenedEngine {
  readonly engine: GraphEngine;
  /** Where settings differ from those the state was stored under: what follows from that, to be committed first. */
  readonly adjustment?: SettledBatch;
}

/**
 * Loads the state from the store. Counts are not stored: they are counted again from the histories.
 *
 * @throws ThawError GRAPH_SETTINGS when the settings cannot be applied to what is stored.
 */
export async function openEngine(options: OpenOptions): Promise<OpenedEngine> {
  const { store, settings } = options;
  const stored = await storedSettings(store);
  const state = createState(options, stored ?? settings);
  await load(store, state);
  const engine = new GraphEngine(state);
  if (stored === undefined || sameSettings(stored, settings)) return { engine };
  return { engine, adjustment: await adjust(store, engine, settings, options.nowMs) };
}

function createState({ counter, sketchCells }: OpenOptions, settings: GraphSettings): GraphState {
  const productIds = new Interner();
  const threshold = settings.coInteractionThreshold;
  const counting: Counter =
    counter === 'external'
      ? { kind: 'external', counter: new ExternalCounter({ threshold }) }
      : {
          kind: 'embedded',
          counter: new EmbeddedCounter({
            limits: historyLimits(settings),
            threshold,
            sketchCells,
            idOf: (product) => productIds.id(product),
          }),
        };
  return new GraphState(productIds, counting, settings);
}

/**
 * Has the next change numbered past those that are published already: the topic is ahead of a state that was lost, and
 * begins anew, or that was restored from a backup, which is noted.
 *
 * @returns what is to be committed before any change is
 */
export function goOnPast(state: GraphState, published: number): Mutation[] {
  const isRestored = state.sequence > 0;
  state.sequence = published + 1;
  if (!isRestored) return [];
  state.restoredSequence = state.sequence;
  const value = encodeNumber(state.sequence);
  return [META_SEQUENCE, META_RESTORED].map((key) => ({ table: 'meta', key, value }));
}

async function load(store: GraphStore, state: GraphState): Promise<void> {
  await forEachRow(store, 'products', ({ key, value }) => {
    const { id, entry } = decodeProduct(value);
    const product = keyNumber(key);
    state.productIds.restore(product, id);
    if (entry) state.catalogue.restore(product, entry);
  });
  state.productIds.endRestore();
  await forEachRow(store, 'sellers', ({ key, value }) => state.sellerIds.restore(keyNumber(key), decodeText(value)));
  state.sellerIds.endRestore();
  await forEachRow(store, 'listings', ({ key, value }) => {
    const { listed, timeMs } = decodeListing(value);
    state.listings.restore(keyNumber(key, 0), keyNumber(key, 1), listed, timeMs);
  });
  await forEachRow(store, 'candidates', ({ key }) => state.reduction.restoreCandidate(keyNumber(key)));
  await forEachRow(store, 'erasures', ({ key, value }) => state.erasures.restore(decodeText(key), decodeNumber(value)));
  await loadCounts(store, state);
  const numberOf = async (key: Uint8Array): Promise<number> => {
    const value = await store.get('meta', key);
    return value === undefined ? 0 : decodeNumber(value);
  };
  state.sequence = await numberOf(META_SEQUENCE);
  state.restoredSequence = await numberOf(META_RESTORED);
  state.reduction.settleSilently();
  state.counting.counter.clearDirty();
}

async function loadCounts(store: GraphStore, state: GraphState): Promise<void> {
  const { counting, settings } = state;
  if (counting.kind === 'external') {
    const { counter } = counting;
    await forEachRow(store, 'pairCounts', ({ key, value }) => {
      counter.setCount(keyNumber(key, 0), keyNumber(key, 1), decodeNumber(value));
    });
    return;
  }
  await forEachRow(store, 'customers', ({ key, value }) => {
    const { id, products, times, firstTimes } = decodeCustomer(value);
    state.customerIds.restore(keyNumber(key), id);
    counting.counter.histories.restore(keyNumber(key), products, times, firstTimes);
  });
  state.customerIds.endRestore();
  counting.counter.recount(settings.coInteractionThreshold, state.productIds.capacity);
}

/** Brings a loaded state under other settings. */
async function adjust(
  store: GraphStore,
  engine: GraphEngine,
  settings: GraphSettings,
  nowMs: number,
): Promise<SettledBatch> {
  const { state } = engine;
  const { counting } = state;
  let rearranged: number[] = [];
  if (counting.kind === 'embedded') {
    const { histories } = counting.counter;
    const wanted = historyLimits(settings);
    const { demand: stored } = histories.limits;
    if (wanted.demand > stored && histories.anyFull()) throw cannotBeRaised(stored, wanted);
    rearranged = histories.relimit(wanted);
    counting.counter.recount(settings.coInteractionThreshold, state.productIds.capacity);
  } else {
    counting.counter.reset(settings.coInteractionThreshold);
    await loadCounts(store, state);
  }
  state.settings = settings;
  state.reduction.reconfigure(settings);
  return engine.settleAll(nowMs, rearranged);
}

function cannotBeRaised(stored: number, { history, demand }: HistoryLimits): ThawError {
  const [setting, variable] =
    history === demand ? ['historyLimit', 'THAW_HISTORY_LIMIT'] : ['demandLimit', 'THAW_DEMAND_LIMIT'];
  return new ThawError(
    'GRAPH_SETTINGS',
    `${variable} cannot be raised from ${stored} to ${demand}: some customers have as many products as were kept, and ` +
      `those beyond are not stored. Set it to ${stored}, or delete the state (the folder of the graph in the data ` +
      `directory) to have it rebuilt from the topics.`,
    { details: { setting, stored, wanted: demand } },
  );
}

async function storedSettings(store: GraphStore): Promise<GraphSettings | undefined> {
  const row = await store.get('meta', META_SETTINGS);
  if (row === undefined) return undefined;
  const stored = JSON.parse(decodeText(row)) as Omit<GraphSettings, 'demandLimit'> & Partial<GraphSettings>;
  // Before there was a limit for demand, it ended with the history.
  return { demandLimit: stored.historyLimit, ...stored };
}

function sameSettings(a: GraphSettings, b: GraphSettings): boolean {
  const text = (settings: GraphSettings): string => JSON.stringify(Object.entries(settings).sort());
  return text(a) === text(b);
}

async function forEachRow(store: GraphStore, table: TableName, visit: (row: Row) => void): Promise<void> {
  for await (const page of store.pages(table)) for (const row of page) visit(row);
}
