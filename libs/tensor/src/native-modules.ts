import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BackendMissing } from './backend.js';

/** Where `npm run tf:native` installs, apart from what `npm ci` owns. */
export const NATIVE_FOLDER = fileURLToPath(new URL('../native/', import.meta.url));

/**
 * Requires an optional package: one that was installed beside this one, or by `npm run tf:native`.
 * @throws BackendMissing when it is in neither place; whatever the package itself throws as it loads
 */
export function requireOptional(name: string, howToGet: string): unknown {
  const places = [import.meta.url, `${NATIVE_FOLDER}package.json`];
  for (const place of places) {
    const require = createRequire(place);
    try {
      require.resolve(name);
    } catch {
      continue;
    }
    return require(name);
  }
  throw new BackendMissing(`${name} is not installed (${howToGet})`);
}
