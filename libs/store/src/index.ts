export { type StoreScan, type TablePage, writeStore } from './checkpoint.js';
export { FORMAT, MIGRATIONS, type FormatOutcome, type Migration, type MigrationTarget } from './format.js';
export { MemoryGraphStore, type MemorySnapshot } from './memory-graph-store.js';
export {
  RocksGraphStore,
  type RocksGraphStoreOptions,
  type StoreEvent,
  type StoreHealth,
} from './rocks-graph-store.js';
export { RocksVectorCache } from './vector-cache.js';
