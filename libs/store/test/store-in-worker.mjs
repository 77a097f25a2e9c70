// Opens a store in a worker thread and commits one row; closes it, or leaves that to the end of the thread.
import { RocksGraphStore } from '../dist/index.js';
import { workerData } from 'node:worker_threads';

const store = await RocksGraphStore.open({ folder: workerData.folder });
await store.commit([{ table: 'meta', key: Uint8Array.of(workerData.close ? 1 : 2), value: Uint8Array.of(1) }]);
if (workerData.close) await store.close();
