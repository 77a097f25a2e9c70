export { type StoreScan, type TablePage, writeStore } from './checkpoint.js';
export { FORMAT, MIGRATIONS, type FormatOutcome } from './format.js';
export { MemoryGraphStore, type MemorySnapshot } from './memory-graph-store.js';
export type { Migration, MigrationTarget } from './migrations/migration.js';
export {
  RocksGraphStore,
  type RocksGraphStoreOptions,
  type StoreEvent,
  type StoreHealth,
} from './rocks-graph-store.js';
export { RocksVectorCache } from './vector-cache.js';
