import { type BundleStore, FILES, type KnownId } from '@thaw/bundle';
import { type operator, ThawError } from '@thaw/contracts';
import type { Interner } from '@thaw/graph';
import { openIndex } from '@thaw/index';
import { ProductNumbers } from '../product-numbers.js';
import { ServedVersion } from '../served-version.js';
import type { VectorMemory } from '../vector-memory.js';
import { VersionVectors } from '../version-vectors.js';
import type { CheckedVersion } from './protocol.js';

const LEAST_RECALL = 0.9;

export interface LoadOptions {
  readonly store: Pick<BundleStore, 'trusted'>;
  readonly check: (
    version: string,
    memory: readonly SharedArrayBuffer[],
    signal: AbortSignal,
  ) => Promise<CheckedVersion>;
  readonly memory: VectorMemory;
  /** The ids of the products in the graph that is served, where there is one. */
  readonly products: () => Interner | undefined;
}

/**
 * Loads the bundle of a version beside the event loop, and sees that its index finds what exact search finds.
 *
 * @throws ThawError VERSION_UNSERVABLE where it does not; what the bundle store and the index throw
 */
export async function loadVersion(
  options: LoadOptions,
  record: operator.Version,
  signal: AbortSignal,
): Promise<ServedVersion> {
  const { check, memory } = options;
  const free = memory.take();
  let checked: CheckedVersion;
  try {
    checked = await check(record.version, free, signal);
  } catch (error) {
    memory.giveBack(free);
    throw error;
  }
  const release = (): void => memory.giveBack(checked.memory);
  try {
    return await served(options, record, checked, release, signal);
  } catch (error) {
    release();
    throw error;
  }
}

async function served(
  { store, products }: LoadOptions,
  record: operator.Version,
  { manifest, vectors, canaries }: CheckedVersion,
  release: () => void,
  signal: AbortSignal,
): Promise<ServedVersion> {
  const bundle = store.trusted(manifest);
  const numbers = new ProductNumbers(manifest.counts.products);
  const ids = await bundle.readIds(knownBy(products(), numbers));
  signal.throwIfAborted();
  const index = await openIndex({
    version: manifest.version,
    settings: manifest.index,
    ids: ids.products.ids,
    rowOf: ids.products,
    vectors: vectors.products,
    rows: vectors.candidates,
    dimensions: vectors.dimensions,
    signal,
    ...(manifest.index.kind === 'hnsw' && { path: bundle.path(FILES.index), isChecked: true }),
  });
  try {
    const recall = await index.recallAgainst(canaries, signal);
    if (recall < LEAST_RECALL) throw unservable(manifest, recall);
  } catch (error) {
    index.close();
    throw error;
  }
  const folded = new VersionVectors(
    manifest.settings,
    vectors,
    { product: ids.products, seller: ids.sellers },
    release,
  );
  return new ServedVersion({ record, manifest, index, vectors: folded, numbers });
}

function unservable({ version, metrics }: CheckedVersion['manifest'], recall: number): ThawError {
  return new ThawError(
    'VERSION_UNSERVABLE',
    `The index of ${version} finds ${(recall * 100).toFixed(1)} % of what exact search finds; ` +
      `${LEAST_RECALL * 100} % are needed. It was ${String(metrics.indexRecallAt100)} when it was built: ` +
      'build the version again.',
    { details: { version, recall } },
  );
}

/**
 * The ids as the graph has them: the very strings, so that to compare the two is to compare places, and every id is in
 * memory once.
 */
function knownBy(products: Interner | undefined, numbers: ProductNumbers): KnownId | undefined {
  if (products === undefined) return undefined;
  return (id, row) => {
    const number = products.find(id);
    if (number === undefined) return id;
    numbers.set(row, number);
    return products.id(number);
  };
}
