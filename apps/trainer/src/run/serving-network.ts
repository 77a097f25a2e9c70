import { DirectoryBundleStore } from '@thaw/bundle';
import type { NamedTensor } from '@thaw/waml';
import type { RunJob } from './job.js';
import { readNetwork } from './model-files.js';

/** The parameters of the network that serves; undefined where none does, or they cannot be read. */
export async function servingParameters(
  { serving, bundleDir }: Pick<RunJob, 'serving' | 'bundleDir'>,
  signal: AbortSignal,
): Promise<NamedTensor[] | undefined> {
  if (serving?.learned.network === undefined) return undefined;
  try {
    const store = await DirectoryBundleStore.open(bundleDir, { readOnly: true });
    return await readNetwork(await store.open(serving.version, { signal }), serving.learned);
  } catch {
    signal.throwIfAborted();
    return undefined; // the run trains from scratch, and compares with the serving version's channels
  }
}
