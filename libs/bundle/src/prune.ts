import type { ListedBundle } from './port.js';
import { compareVersions } from './version-name.js';

/** Which bundles stay. */
export interface PrunePolicy {
  /** How many of those that passed the gate, the newest. */
  readonly keepNewest: number;
  /** Versions that stay whatever their age: serving, pinned, the one to fall back to. */
  readonly keep: Iterable<string>;
  /** How long those stay that the gate rejected or that are broken, for people to look at. Milliseconds. */
  readonly keepRejectedMs: number;
  /** Unix epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * The versions that a policy does not keep, the oldest first. The highest name always stays, so that no name is given
 * twice.
 */
export function bundlesToPrune(bundles: readonly ListedBundle[], policy: PrunePolicy): string[] {
  const { keepNewest, keepRejectedMs, nowMs } = policy;
  const newestFirst = [...bundles].sort((a, b) => compareVersions(b.version, a.version));
  const passed = newestFirst.filter(({ manifest }) => manifest?.gate.passed === true);
  const kept = new Set([...policy.keep, ...passed.slice(0, keepNewest).map(({ version }) => version)]);
  const isRecent = (bundle: ListedBundle): boolean => {
    if (!bundle.manifest) return nowMs - bundle.atMs < keepRejectedMs;
    return !bundle.manifest.gate.passed && nowMs - bundle.manifest.createdAtMs < keepRejectedMs;
  };
  return newestFirst
    .slice(1)
    .filter((bundle) => !kept.has(bundle.version) && !isRecent(bundle))
    .map(({ version }) => version)
    .reverse();
}
