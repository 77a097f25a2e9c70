import { graph } from '@thaw/contracts';
import type { SettledBatch } from './engine.js';
import type { Mutation, TableName } from './port.js';
import {
  encodeCustomer,
  encodeListing,
  encodeNumber,
  encodeProduct,
  encodeText,
  numberKey,
  sequenceKey,
  textKey,
} from './rows.js';
import type { GraphState } from './state.js';

export const META_SEQUENCE = textKey('sequence');
export const META_RESTORED = textKey('restored');
export const META_SETTINGS = textKey('settings');

/** An outbox row, which becomes one Kafka record, stays about this small. */
const LARGEST_RECORD_BYTES = 128 * 1024;
const CHANGE_OVERHEAD_BYTES = 120;

/** Remembers what a batch touched in the state, and turns it into changes for readers and rows for the store. */
export class BatchWriter {
  readonly customers = new Set<number>();
  /** Products seen for the first time. */
  readonly newProducts: number[] = [];
  readonly newSellers: number[] = [];
  /** Products to settle besides those that the state's own dirty marks name. */
  readonly touched: number[] = [];
  readonly pairCounts: (readonly [number, number, number])[] = [];
  #storedSettings: unknown;

  constructor(readonly state: GraphState) {}

  settle(causedAtMs: number): SettledBatch {
    const { state } = this;
    const { counter } = state.counting;
    const touched = [...this.touched, ...counter.dirtyProducts, ...state.catalogue.dirty.keys()];
    for (const { product } of state.listings.dirty) touched.push(product);
    const { changes, flipped } = state.reduction.settle(touched, this.newSellers);
    for (const change of changes) change.sequence = ++state.sequence;
    const mutations = [...this.#rows(flipped), ...outboxRows(changes, causedAtMs)];
    if (changes.length > 0) mutations.push(put('meta', META_SEQUENCE, encodeNumber(state.sequence)));
    if (this.#storedSettings !== state.settings) {
      mutations.push(put('meta', META_SETTINGS, encodeText(JSON.stringify(state.settings))));
      this.#storedSettings = state.settings;
    }
    this.#clear();
    return { changes, mutations };
  }

  *#rows(flipped: readonly number[]): Generator<Mutation> {
    const { state } = this;
    for (const product of new Set([...this.newProducts, ...state.catalogue.dirty.keys()])) {
      const entry = state.catalogue.get(product);
      const row = { id: state.productIds.id(product), ...(entry && { entry }) };
      yield put('products', numberKey(product), encodeProduct(row));
    }
    for (const customer of this.customers) yield this.#customerRow(customer);
    for (const seller of this.newSellers) {
      yield put('sellers', numberKey(seller), encodeText(state.sellerIds.id(seller)));
    }
    for (const { seller, product } of state.listings.dirty) {
      const { listings } = state;
      const row = encodeListing(listings.isListed(seller, product), listings.timeMs(seller, product));
      yield put('listings', numberKey(seller, product), row);
    }
    for (const product of flipped) {
      const value = state.reduction.isCandidate(product) ? new Uint8Array(0) : null;
      yield { table: 'candidates', key: numberKey(product), value };
    }
    for (const key of state.erasures.dirty) {
      yield put('erasures', textKey(key), encodeNumber(state.erasures.byKey(key)));
    }
    for (const [a, b, count] of this.pairCounts) {
      yield { table: 'pairCounts', key: numberKey(a, b), value: count > 0 ? encodeNumber(count) : null };
    }
  }

  #customerRow(customer: number): Mutation {
    const { customerIds, counting } = this.state;
    const key = numberKey(customer);
    const histories = counting.kind === 'embedded' ? counting.counter.histories : undefined;
    const held = histories?.held(customer) ?? 0;
    if (histories === undefined || held === 0) return { table: 'customers', key, value: null };
    const start = histories.start(customer);
    const entries = {
      products: histories.products.subarray(start, start + held),
      times: histories.times.subarray(start, start + held),
      firstTimes: histories.firstTimes.subarray(start, start + held),
    };
    return put('customers', key, encodeCustomer(customerIds.id(customer), entries));
  }

  #clear(): void {
    const { state } = this;
    state.counting.counter.clearDirty();
    state.listings.clearDirty();
    state.catalogue.clearDirty();
    state.erasures.clearDirty();
    this.customers.clear();
    for (const list of [this.newProducts, this.newSellers, this.touched, this.pairCounts]) list.length = 0;
  }
}

function put(table: TableName, key: Uint8Array, value: Uint8Array): Mutation {
  return { table, key, value };
}

/** The changes as rows of the outbox, many to a row; the key is the sequence of the first. */
function* outboxRows(changes: readonly graph.GraphChange[], causedAtMs: number): Generator<Mutation> {
  let first = 0;
  let bytes = 0;
  for (let index = 0; index < changes.length; index++) {
    bytes += CHANGE_OVERHEAD_BYTES + textBytes(changes[index]!);
    if (bytes < LARGEST_RECORD_BYTES && index < changes.length - 1) continue;
    const batch = { changes: changes.slice(first, index + 1), causedAtMs };
    yield put('outbox', sequenceKey(changes[first]!.sequence), graph.GraphChangeBatch.encode(batch).finish());
    first = index + 1;
    bytes = 0;
  }
}

function textBytes({ change }: graph.GraphChange): number {
  if (change?.$case !== 'productChanged') return 0;
  return change.value.title.length + change.value.description.length;
}
