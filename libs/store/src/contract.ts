import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TABLES, type GraphStore, type Mutation, type Row, type TableName } from '@thaw/graph';
import fc from 'fast-check';

/** What the suite needs of an adapter. */
export interface GraphStoreUnderTest {
  readonly store: GraphStore;
  /** Closes the store and opens what it left behind. */
  reopen(): Promise<GraphStore>;
  /** Closes the store and removes what it left behind. */
  dispose(): Promise<void>;
}

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

export const put = (table: TableName, key: Uint8Array, value: Uint8Array): Mutation => ({ table, key, value });

export const del = (table: TableName, key: Uint8Array): Mutation => ({ table, key, value: null });

/** All rows of a table, in the order in which the store gives them. */
export async function rowsOf(
  store: GraphStore,
  table: TableName,
  range?: { from?: Uint8Array; to?: Uint8Array },
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of store.pages(table, range)) rows.push(...page);
  return rows;
}

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const keysOf = (rows: readonly Row[]): string[] => rows.map(({ key }) => hex(key));
const readable = (rows: readonly Row[]): string[] => rows.map(({ key, value }) => `${hex(key)}=${hex(value)}`);

/** What every adapter of the port promises. Call it within a spec. */
export function graphStoreContract(name: string, open: () => Promise<GraphStoreUnderTest>): void {
  describe(`${name} keeps the contract of a graph store`, () => {
    let subject: GraphStoreUnderTest;
    let store: GraphStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });

    afterEach(async () => {
      await subject.dispose();
    });

    test('a fresh store is empty in every table', async () => {
      for (const table of TABLES) expect(await rowsOf(store, table)).toEqual([]);
      expect(await store.get('meta', bytes(1))).toBeUndefined();
    });

    test('one commit writes to all tables, and tables do not share keys', async () => {
      await store.commit(TABLES.map((table, i) => put(table, bytes(7), bytes(i))));
      for (const [i, table] of TABLES.entries()) expect(hex((await store.get(table, bytes(7)))!)).toBe(hex(bytes(i)));
      await store.commit([del('sellers', bytes(7))]);
      expect(await store.get('sellers', bytes(7))).toBeUndefined();
      expect(await store.get('products', bytes(7))).toBeDefined();
    });

    test('a commit with a table that does not exist writes nothing at all', async () => {
      const stray = 'nowhere' as TableName;
      await expect(store.commit([put('meta', bytes(1), bytes(1)), put(stray, bytes(1), bytes(1))])).rejects.toThrow(
        'nowhere',
      );
      expect(await store.get('meta', bytes(1))).toBeUndefined();
      await store.commit([put('meta', bytes(2), bytes(2))]);
      expect(keysOf(await rowsOf(store, 'meta'))).toEqual(['02']);
    });

    test('of several mutations of a key in one commit the last wins', async () => {
      await store.commit([put('meta', bytes(1), bytes(1)), put('meta', bytes(1), bytes(2))]);
      expect(hex((await store.get('meta', bytes(1)))!)).toBe('02');
      await store.commit([put('meta', bytes(1), bytes(3)), del('meta', bytes(1))]);
      expect(await store.get('meta', bytes(1))).toBeUndefined();
      await store.commit([del('meta', bytes(1)), put('meta', bytes(1), bytes(4))]);
      expect(hex((await store.get('meta', bytes(1)))!)).toBe('04');
    });

    test('deleting what is not there is no error', async () => {
      await store.commit([del('meta', bytes(9))]);
      expect(await rowsOf(store, 'meta')).toEqual([]);
    });

    test('keys order as unsigned bytes, a prefix before what it begins', async () => {
      const ordered = [bytes(), bytes(0), bytes(0, 0), bytes(0x7f), bytes(0x7f, 0xff), bytes(0x80), bytes(0xff)];
      ordered.push(bytes(0xff, 0), bytes(0xff, 0xff, 0xff, 0xff));
      await store.commit(ordered.toReversed().map((key) => put('pairCounts', key, bytes(1))));
      expect(keysOf(await rowsOf(store, 'pairCounts'))).toEqual(ordered.map(hex));
    });

    test('a range includes its start and excludes its end', async () => {
      await store.commit([1, 2, 3, 4].map((id) => put('products', bytes(id), bytes(id))));
      const ids = async (from?: Uint8Array, to?: Uint8Array): Promise<string[]> =>
        keysOf(await rowsOf(store, 'products', { ...(from && { from }), ...(to && { to }) }));
      expect(await ids(bytes(2))).toEqual(['02', '03', '04']);
      expect(await ids(undefined, bytes(3))).toEqual(['01', '02']);
      expect(await ids(bytes(2), bytes(4))).toEqual(['02', '03']);
      expect(await ids(bytes(2, 0), bytes(3, 0))).toEqual(['03']);
      expect(await ids(bytes(3), bytes(3))).toEqual([]);
      expect(await ids(bytes(4), bytes(2))).toEqual([]);
      expect(await ids(undefined, bytes())).toEqual([]);
    });

    test('empty and big values come back as they went in', async () => {
      const big = new Uint8Array(3 << 20).map((_, i) => i % 251);
      await store.commit([put('customers', bytes(1), bytes()), put('customers', bytes(2), big)]);
      expect(await store.get('customers', bytes(1))).toHaveLength(0);
      expect(Buffer.compare((await store.get('customers', bytes(2)))!, big)).toBe(0);
      expect((await rowsOf(store, 'customers')).map(({ value }) => value.length)).toEqual([0, big.length]);
    });

    test('a long scan comes in several pages, each row once', async () => {
      const key = (id: number): Uint8Array => bytes(id >> 8, id & 0xff);
      await store.commit(Array.from({ length: 2500 }, (_, id) => put('listings', key(id), key(id))));
      const sizes: number[] = [];
      const keys: string[] = [];
      for await (const page of store.pages('listings')) {
        sizes.push(page.length);
        keys.push(...keysOf(page));
      }
      expect(sizes.length).toBeGreaterThan(1);
      expect(keys).toEqual(Array.from({ length: 2500 }, (_, id) => hex(key(id))));
    });

    test('a scan may be left before its end', async () => {
      await store.commit(Array.from({ length: 2000 }, (_, id) => put('listings', bytes(id >> 8, id), bytes())));
      for await (const page of store.pages('listings')) {
        expect(page.length).toBeGreaterThan(0);
        break;
      }
      await store.close();
    });

    test('a scan shows the table as it was when its first page was asked for', async () => {
      const key = (id: number): Uint8Array => bytes(id >> 8, id & 0xff);
      await store.commit(Array.from({ length: 1500 }, (_, id) => put('outbox', key(id), bytes(0))));
      const seen: Row[] = [];
      for await (const page of store.pages('outbox')) {
        if (seen.length === 0) {
          await store.commit([put('outbox', key(1499), bytes(1)), put('outbox', key(2000), bytes(1))]);
          await store.commit([del('outbox', key(1498))]);
        }
        seen.push(...page);
      }
      expect(seen).toHaveLength(1500);
      expect(seen.every(({ value }) => value[0] === 0)).toBe(true);
      expect(await rowsOf(store, 'outbox')).toHaveLength(1500);
    });

    test('the store shares no bytes with its callers', async () => {
      const key = Buffer.from([1]);
      const value = Buffer.from([1]);
      await store.commit([put('meta', key, value)]);
      value[0] = 9;
      key[0] = 9;
      (await store.get('meta', bytes(1)))![0] = 8;
      (await rowsOf(store, 'meta'))[0]!.value[0] = 7;
      expect(readable(await rowsOf(store, 'meta'))).toEqual(['01=01']);
    });

    test('commits that are not awaited apply in the order of the calls', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.commit([put('meta', bytes(1), bytes(i)), put('meta', bytes(2, i), bytes(i))]),
        ),
      );
      expect(hex((await store.get('meta', bytes(1)))!)).toBe(hex(bytes(49)));
      expect(await rowsOf(store, 'meta')).toHaveLength(51);
    });

    test('an empty commit is fine', async () => {
      await store.commit([]);
      expect(await rowsOf(store, 'meta')).toEqual([]);
    });

    test('reopening finds every row again', async () => {
      await store.commit(TABLES.map((table, i) => put(table, bytes(7), bytes(i))));
      await store.commit([del('meta', bytes(7)), put('meta', bytes(8), bytes())]);
      const again = await subject.reopen();
      expect(readable(await rowsOf(again, 'meta'))).toEqual(['08=']);
      for (const table of TABLES.slice(1)) expect(keysOf(await rowsOf(again, table))).toEqual(['07']);
    });

    test('a store that holds rows has a size', async () => {
      const empty = await store.sizeBytes();
      await store.commit([put('customers', bytes(1), new Uint8Array(100_000).fill(7))]);
      expect(await store.sizeBytes()).toBeGreaterThanOrEqual(empty + 90_000);
    });

    test('closing twice is fine, using it afterwards is a STORE_CLOSED', async () => {
      await store.commit(Array.from({ length: 2000 }, (_, id) => put('meta', bytes(id >> 8, id), bytes())));
      const scan = store.pages('meta')[Symbol.asyncIterator]();
      await scan.next();
      const pending = store.commit([put('sellers', bytes(1), bytes(1))]);
      await store.close();
      await store.close();
      await pending;
      const refused = { code: 'STORE_CLOSED', message: expect.stringContaining('closed') };
      await expect(scan.next()).rejects.toMatchObject(refused);
      await expect(store.get('meta', bytes(1))).rejects.toMatchObject(refused);
      await expect(store.commit([])).rejects.toMatchObject(refused);
      await expect(store.sizeBytes()).rejects.toMatchObject(refused);
      await expect(rowsOf(store, 'meta')).rejects.toMatchObject(refused);
    });

    test('equals an ordered map under any commits', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(mutation, { maxLength: 8 }), { maxLength: 8 }),
          range,
          async (commits, span) => {
            const model = await modelOf(store);
            for (const mutations of commits) {
              await store.commit(mutations);
              for (const { table, key, value } of mutations) {
                if (value === null) model.delete(`${table} ${hex(key)}`);
                else model.set(`${table} ${hex(key)}`, hex(value));
              }
            }
            expect(new Map(await modelOf(store))).toEqual(model);
            const within = keysOf(await rowsOf(store, 'meta')).filter(
              (key) => key >= hex(span.from) && key < hex(span.to),
            );
            expect(keysOf(await rowsOf(store, 'meta', span))).toEqual(within);
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}

const key = fc.uint8Array({ maxLength: 2 });
const mutation: fc.Arbitrary<Mutation> = fc.record({
  table: fc.constantFrom<TableName[]>('meta', 'outbox'),
  key,
  value: fc.option(fc.uint8Array({ maxLength: 3 })),
});
const range = fc.record({ from: key, to: key });

/** Table and key to value, as text; the tables that the property writes to. */
async function modelOf(store: GraphStore): Promise<Map<string, string>> {
  const model = new Map<string, string>();
  for (const table of ['meta', 'outbox'] as const)
    for (const row of await rowsOf(store, table)) model.set(`${table} ${hex(row.key)}`, hex(row.value));
  return model;
}
