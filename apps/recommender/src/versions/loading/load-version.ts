import { type BundleStore, FILES } from '@thaw/bundle';
import { type operator, ThawError } from '@thaw/contracts';
import { openIndex, rowsById } from '@thaw/index';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ServedVersion } from '../served-version.js';
import { VersionVectors } from '../version-vectors.js';
import type { CheckedVersion } from './protocol.js';

const LEAST_RECALL = 0.9;

export interface LoadOptions {
  readonly store: Pick<BundleStore, 'trusted'>;
  readonly check: (version: string, signal: AbortSignal) => Promise<CheckedVersion>;
  /**
   * The very string that the served graph has for an id, or the id: what is looked up there for every hit is found
   * faster, and every id is in memory once.
   */
  readonly known: (id: string) => string;
}

/**
 * Loads the bundle of a version beside the event loop, and sees that its index finds what exact search finds.
 *
 * @throws ThawError VERSION_UNSERVABLE where it does not; what the bundle store and the index throw
 */
export async function loadVersion(
  { store, check, known }: LoadOptions,
  record: operator.Version,
  signal: AbortSignal,
): Promise<ServedVersion> {
  const { manifest, vectors, canaries } = await check(record.version, signal);
  const bundle = store.trusted(manifest);
  const read = await bundle.readIds();
  const ids = await mapSlowly(read.products, known);
  const rows = { product: await rowsById(ids), seller: await rowsById(read.sellers) };
  const index = await openIndex({
    version: manifest.version,
    settings: manifest.index,
    ids,
    rowOf: rows.product,
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
  return new ServedVersion({ record, manifest, index, vectors: new VersionVectors(manifest.settings, vectors, rows) });
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

const SLICE = 5000;

async function mapSlowly(ids: readonly string[], map: (id: string) => string): Promise<string[]> {
  const mapped: string[] = [];
  for (let from = 0; from < ids.length; from += SLICE) {
    for (const id of ids.slice(from, from + SLICE)) mapped.push(map(id));
    await nextTurn();
  }
  return mapped;
}
