import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ThawError } from '@thaw/contracts';
import type { HierarchicalNSW } from 'hnswlib-node';
import { type NativeBuild, runnableBuilds } from '../../scripts/cpu.mjs';

export type { NativeBuild };

interface Addon {
  readonly HierarchicalNSW: typeof HierarchicalNSW;
}

const folder = fileURLToPath(new URL('../../native/', import.meta.url));
const file = (build: NativeBuild): string => `${folder}hnsw-${build}.node`;
let loaded: Addon | undefined;

/** Which build of hnswlib-node this machine uses; undefined where there is none (`loadAddon` says why). */
export function nativeBuild(): NativeBuild | undefined {
  return runnableBuilds().find((build) => existsSync(file(build)));
}

/** hnswlib-node, as scripts/build-native.mjs compiled it. Throws ThawError INDEX_NATIVE_UNAVAILABLE. */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  const build = nativeBuild();
  if (build === undefined) {
    throw new ThawError(
      'INDEX_NATIVE_UNAVAILABLE',
      `hnswlib-node is not compiled for this machine: install a C++ compiler, make and python3, then run "npm run native -w @thaw/index"${whyNot()}`,
    );
  }
  try {
    loaded = createRequire(import.meta.url)(file(build)) as Addon;
    return loaded;
  } catch (error) {
    throw new ThawError(
      'INDEX_NATIVE_UNAVAILABLE',
      `${file(build)} cannot be loaded: remove it and run "npm run native -w @thaw/index"`,
      { cause: error },
    );
  }
}

/** What the install script could not do. */
function whyNot(): string {
  const reasons = `${folder}unavailable.txt`;
  return existsSync(reasons) ? `. At install: ${readFileSync(reasons, 'utf8')}` : '';
}
