import { parentPort, workerData } from 'node:worker_threads';
import { exactSearch, recallOf } from '../exact/exact-search.js';
import { HnswIndex } from '../native/hnsw-index.js';
import { EF_LADDER } from './settings.js';
import type { WorkerInput, WorkerMessage } from './worker-messages.js';

const K = 100;
/** Above the .98 that a version must have, by more than another sample of queries makes of a difference. */
const TARGET_RECALL = 0.985;
const PROGRESS_STEPS = 200;

const { vectors, dimensions, queries, settings, path, chooseEf, stop } = workerData as WorkerInput;
const count = vectors.length / dimensions;
const tell = (message: WorkerMessage): void => parentPort!.postMessage(message);
const row = (matrix: Float32Array, at: number): Float32Array => matrix.subarray(at * dimensions, (at + 1) * dimensions);
const isWanted = (): boolean => Atomics.load(stop, 0) === 0;

const index = HnswIndex.create({ ...settings, dimensions, count });
try {
  if (build()) await measure();
} finally {
  index.close();
}

/** @returns whether the index was built to its end */
function build(): boolean {
  const step = Math.ceil(count / PROGRESS_STEPS);
  for (let label = 0; label < count; label++) {
    if (!isWanted()) return false;
    index.add(row(vectors, label), label);
    if ((label + 1) % step === 0 || label + 1 === count) tell({ kind: 'progress', rows: label + 1, total: count });
  }
  index.write(path);
  return true;
}

async function measure(): Promise<void> {
  const rows = Uint32Array.from({ length: count }, (_, label) => label);
  const exact = await exactSearch({ vectors, rows, dimensions }, queries, K);
  let efSearch = settings.efSearch;
  let recallAt100 = 0;
  for (const ef of chooseEf ? EF_LADDER : [settings.efSearch]) {
    if (!isWanted()) return;
    efSearch = ef;
    index.setEfSearch(ef);
    const shares = exact.map((best, i) => recallOf(index.search(row(queries, i), best.length).scores, best));
    recallAt100 = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    if (recallAt100 >= TARGET_RECALL) break;
  }
  tell({ kind: 'done', efSearch, recallAt100 });
}
