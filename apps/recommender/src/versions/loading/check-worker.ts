import { parentPort, workerData } from 'node:worker_threads';
import { DirectoryBundleStore, FILES } from '@thaw/bundle';
import { ThawError } from '@thaw/contracts';
import { checkIndexFile, exactSearch, type ExactResult } from '@thaw/index';
import { stepBack } from '../../thread-priority.js';
import { memoryFrom } from '../vector-memory.js';
import { giveWay } from './give-way.js';
import type { CheckedVersion, CheckRequest, FromCheck } from './protocol.js';

/** Checks one version, reads its vectors, and ends. Hundreds of megabytes to be hashed, and queries wait for none of it. */

/** Queries that are searched both ways before a version serves. The gate has measured more; this is about the loading. */
const CANARIES = 8;
const CANARY_K = 100;

const port = parentPort;
if (port === null) throw new ThawError('INTERNAL', 'the check of a version was started as a program');
const post = (message: FromCheck, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

stepBack(); // queries and the changes of the graph go first where cores are few
try {
  const checked = await check(workerData as CheckRequest);
  post({ kind: 'checked', checked }, [checked.vectors.candidates.buffer as ArrayBuffer]);
} catch (thrown) {
  const { code, message, details } = ThawError.from(thrown);
  post({ kind: 'failed', code, message, details });
}

async function check({ root, version, memory, calls }: CheckRequest): Promise<CheckedVersion> {
  const beforeRead = giveWay(calls);
  const store = await DirectoryBundleStore.open(root, { readOnly: true, beforeRead });
  const bundle = await store.open(version);
  const { manifest } = bundle;
  const taken: SharedArrayBuffer[] = [];
  const takeFrom = memoryFrom(memory);
  const vectors = await bundle.readVectors((bytes) => {
    const part = takeFrom(bytes);
    taken.push(part);
    return part;
  });
  const { products, candidates, dimensions } = vectors;
  const { index } = manifest;
  let canaries: ExactResult = { queries: new Float32Array(0), best: [] };
  if (index.kind === 'hnsw') {
    const expected = { count: candidates.length, dimensions, m: index.m };
    await checkIndexFile(bundle.path(FILES.index), expected, { beforeRead });
    const queries = someSellers(vectors.sellers, dimensions);
    const source = { vectors: products, rows: candidates, dimensions };
    const k = Math.min(CANARY_K, candidates.length);
    canaries = { queries, best: await exactSearch(source, queries, k, { beforeRead }) };
  }
  return { manifest, vectors, memory: taken, canaries };
}

/** Sellers from all over the matrix, `[q, D]`. */
function someSellers(sellers: Float32Array, dimensions: number): Float32Array {
  const count = sellers.length / dimensions;
  const taken = Math.min(CANARIES, count);
  const queries = new Float32Array(taken * dimensions);
  for (let i = 0; i < taken; i++) {
    const seller = Math.floor((i * count) / taken);
    queries.set(sellers.subarray(seller * dimensions, (seller + 1) * dimensions), i * dimensions);
  }
  return queries;
}
