import { type BundleStore, FILES } from '@thaw/bundle';
import { type operator, ThawError } from '@thaw/contracts';
import { openIndex } from '@thaw/index';
import { ServedVersion } from './served-version.js';
import { VersionVectors } from './version-vectors.js';

/** Queries that are searched both ways before a version serves. The gate has measured more; this is about the loading. */
const CANARIES = 16;
const CANARY_K = 100;
const LEAST_RECALL = 0.9;

/**
 * Loads the bundle of a version beside the event loop, and sees that its index finds what exact search finds.
 *
 * @throws ThawError VERSION_UNSERVABLE where it does not; what the bundle store and the index throw
 */
export async function loadVersion(
  store: BundleStore,
  record: operator.Version,
  signal: AbortSignal,
): Promise<ServedVersion> {
  const bundle = await store.open(record.version, { signal });
  const [vectors, ids] = [await bundle.readVectors(), await bundle.readIds()];
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
