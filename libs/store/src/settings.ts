import type { ColumnOptions, OpenOptions } from '@nxtedition/rocksdb/binding.js';
import { TABLES, type TableName } from '@thaw/graph';

const MIB = 1 << 20;

/** RocksDB's family that cannot be left out; it holds what is the store's own (its format), not the graph's. */
export const OWN_FAMILY = 'default';

export type FamilyName = TableName | typeof OWN_FAMILY;

/** The store's own family last: a copy that was cut short then lacks the format, and is refused. */
export const FAMILIES: readonly FamilyName[] = [...TABLES, OWN_FAMILY];

/**
 * Memory for unflushed rows, MiB a family, a quarter of it a memtable. The sum also bounds the write-ahead log: RocksDB
 * flushes everything at 24 times the sum of the memtables (6 of each, times 4). See docs/decisions/0004.
 */
const MEMTABLES_MIB: Record<FamilyName, number> = {
  default: 1,
  meta: 1,
  customers: 64,
  products: 4,
  sellers: 1,
  listings: 4,
  candidates: 4,
  erasures: 1,
  pairCounts: 8,
  outbox: 4,
};

/** Caches only where single rows are read at random; scans do not fill them. */
const CACHES_MIB: Partial<Record<FamilyName, number>> = { customers: 16, products: 4, pairCounts: 8 };

const column = (family: FamilyName): ColumnOptions => ({
  compaction: 'level',
  memtableMemoryBudget: MEMTABLES_MIB[family] * MIB,
  // The rows are packed numbers that the next batch overwrites: levels 0 and 1 are not worth a compressor's time.
  compression: false,
  cacheSize: (CACHES_MIB[family] ?? 1) * MIB,
});

/** How every store is opened: the outcome of the measurements in docs/decisions/0004. */
export const openOptions = (createIfMissing: boolean): OpenOptions => ({
  createIfMissing,
  // Compressing the log costs more processor time than everything else that a commit does.
  walCompression: false,
  columns: Object.fromEntries(FAMILIES.map((family) => [family, column(family)])),
});

/** A cache of encoded texts: one family of rows of some KiB, read one by one. Numbers that look random do not compress. */
export const vectorCacheOptions = (createIfMissing: boolean): OpenOptions => ({
  createIfMissing,
  walCompression: false,
  columns: {
    [OWN_FAMILY]: {
      compaction: 'level',
      memtableMemoryBudget: 32 * MIB,
      compression: false,
      cacheSize: 8 * MIB,
    },
  },
});
