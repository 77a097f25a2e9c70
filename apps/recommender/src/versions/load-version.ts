import { type BundleStore, FILES } from '@thaw/bundle';
import { type operator, ThawError } from '@thaw/contracts';
import { openIndex } from '@thaw/index';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ServedVersion } from './served-version.js';
import { VersionVectors } from './version-vectors.js';

/** Queries that are searched both ways before a version serves. The gate has measured more; this is about the loading. */
const CANARIES = 16;
const CANARY_K = 100;
const LEAST_RECALL = 0.9;

/**
 * Loads the bundle of a version beside the event loop, and sees that its index finds what exact search finds.
 *
 * @param known the very string that the served graph has for an id, or the id: what is looked up there for every hit is
 *   found faster, and every id is in memory once
 * @throws ThawError VERSION_UNSERVABLE where it does not; what the bundle store and the index throw
 */
export async function loadVersion(
  store: BundleStore,
  record: operator.Version,
  known: (id: string) => string,
  signal: AbortSignal,
): Promise<ServedVersion> {
  const bundle = await store.open(record.version, { signal });
  const [vectors, read] = [await bundle.readVectors(), await bundle.readIds()];
  const ids = { products: await mapSlowly(read.products, known), sellers: read.sellers };
  const { manifest, version } = bundle;
  const { dimensions } = vectors;
  const index = await openIndex({
    version,
    settings: manifest.index,
    ids: ids.products,
    vectors: vectors.products,
    rows: vectors.candidates,
    dimensions,
    signal,
    ...(manifest.index.kind === 'hnsw' && { path: bundle.path(FILES.index) }),
  });
  try {
    const queries = canaries(vectors.sellers, dimensions);
    const recall = await index.recallAgainstExact(queries, Math.min(CANARY_K, vectors.candidates.length), signal);
    if (recall < LEAST_RECALL) {
      throw new ThawError(
        'VERSION_UNSERVABLE',
        `The index of ${version} finds ${(recall * 100).toFixed(1)} % of what exact search finds; ` +
          `${LEAST_RECALL * 100} % are needed. It was ${String(manifest.metrics.indexRecallAt100)} when it was built: ` +
          'build the version again.',
        { details: { version, recall } },
      );
    }
  } catch (error) {
    index.close();
    throw error;
  }
  return new ServedVersion({
    record,
    manifest,
    index,
    vectors: new VersionVectors(manifest.settings, vectors, ids),
    indexed: Array.from(vectors.candidates, (row) => ids.products[row]!),
  });
}

const SLICE = 5000;

async function mapSlowly(ids: readonly string[], map: (id: string) => string): Promise<string[]> {
  const mapped: string[] = [];
  for (let from = 0; from < ids.length; from += SLICE) {
    for (const id of ids.slice(from, from + SLICE)) mapped.push(map(id));
    await nextTurn();
  }
  return mapped;
}

/** Sellers from all over the matrix, `[q, D]`. */
function canaries(sellers: Float32Array, dimensions: number): Float32Array {
  const count = sellers.length / dimensions;
  const taken = Math.min(CANARIES, count);
  const queries = new Float32Array(taken * dimensions);
  for (let i = 0; i < taken; i++) {
    const seller = Math.floor((i * count) / taken);
    queries.set(sellers.subarray(seller * dimensions, (seller + 1) * dimensions), i * dimensions);
  }
  return queries;
}
