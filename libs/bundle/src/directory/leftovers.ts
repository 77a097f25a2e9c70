import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../disk-failure.js';
import { isRunning, ownIdentity } from './process-identity.js';

const random = (): string => randomBytes(6).toString('hex');

/** A dot before the name hides it from every listing. */
export const stagingName = (version: string): string => `.staging-${version}-${ownIdentity()}-${random()}`;
export const removedName = (version: string): string => `.removed-${version}-${random()}`;

const STAGING = /^\.staging-v\d+-([0-9a-f.]+)-[0-9a-f]{12}$/;
const REMOVED = /^\.removed-v\d+-[0-9a-f]{12}$/;
/** After which a staging of a machine that this one cannot ask counts as dead. */
const STRANGER_MS = 24 * 3600 * 1000;

/** Removes what processes that are no more left behind: stagings, and bundles whose removal was not finished. */
export async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const staging = STAGING.exec(name);
    if (REMOVED.test(name) || (staging && (await isDead(staging[1]!, path)))) await removeFolder(path);
  }
}

async function isDead(identity: string, path: string): Promise<boolean> {
  const running = isRunning(identity);
  if (running !== undefined) return !running;
  try {
    return Date.now() - (await stat(path)).mtimeMs > STRANGER_MS;
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

/** Another process may be removing the same one: that is no failure. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}
