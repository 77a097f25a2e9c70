/** The tables of the state. An adapter keeps each apart from the others (RocksDB: a column family each). */
export const TABLES = [
  'meta',
  'customers',
  'products',
  'sellers',
  'listings',
  'candidates',
  'erasures',
  'pairCounts',
  'outbox',
] as const;

export type TableName = (typeof TABLES)[number];

/** One row to write, or, with `value: null`, to delete. */
export interface Mutation {
  readonly table: TableName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface RowRange {
  /** The first key, inclusive; from the start where absent. */
  readonly from?: Uint8Array;
  /** The key to stop before; to the end where absent. */
  readonly to?: Uint8Array;
}

/**
 * Where the state survives. One process at a time holds a store.
 *
 * Keys order as bytes (numbers in them are big-endian). All of it is written by `commit`, which is atomic and synced:
 * once its promise resolves the mutations survive kill -9 and loss of power; if it rejects none of them is there.
 */
export interface GraphStore {
  get(table: TableName, key: Uint8Array): Promise<Uint8Array | undefined>;

  /** The rows of a table in the order of their keys, a page at a time so that a long scan can be interrupted. */
  pages(table: TableName, range?: RowRange): AsyncIterable<readonly Row[]>;

  /**
   * Writes all mutations or none. Of two mutations of one key in one call the later wins.
   *
   * @throws ThawError STORE_UNAVAILABLE when the disk refuses (full, read-only, failing): nothing was written, and the
   * same call may be made again; STORE_CORRUPT when what is on the disk cannot be trusted.
   */
  commit(mutations: readonly Mutation[]): Promise<void>;

  /** Bytes that the store takes on its disk (or in memory). */
  sizeBytes(): Promise<number>;

  close(): Promise<void>;
}
