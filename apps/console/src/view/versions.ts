import type { VersionFacts } from '../api.js';

export const servingOf = (versions: readonly VersionFacts[]): VersionFacts | undefined =>
  versions.find(({ state }) => state === 'serving');

/** What a rollback would serve: the newest that passed the gate before the serving one. */
export function rollbackTarget(versions: readonly VersionFacts[]): VersionFacts | undefined {
  const serving = servingOf(versions);
  return versions.find(
    ({ version, state }) => state === 'standby' && (serving === undefined || isBefore(version, serving.version)),
  );
}

/** v000002 before v000010. */
const isBefore = (a: string, b: string): boolean => Number(a.slice(1)) < Number(b.slice(1));

/** A command that changes what is served, as the visitor is asked to confirm it. */
export interface Proposal {
  readonly kind: 'activate' | 'rollback' | 'release';
  readonly title: string;
  readonly before: VersionFacts | undefined;
  /** Undefined where only the trainer knows. */
  readonly after: VersionFacts | undefined;
  readonly effect: string;
  /** Whether a reason is asked for: the gate rejected the version. */
  readonly needsReason: boolean;
  readonly confirm: string;
}

const PINNED = 'It stays served until its pin is released, whatever newer versions come.';

export function activation(versions: readonly VersionFacts[], version: VersionFacts): Proposal {
  const isRejected = version.state === 'rejected';
  return {
    kind: 'activate',
    title: `Serve ${version.version}?`,
    before: servingOf(versions),
    after: version,
    effect: isRejected ? `The gate rejected it: ${version.rejectedBecause}. ${PINNED}` : PINNED,
    needsReason: isRejected,
    confirm: `Activate ${version.version}`,
  };
}

export function rollback(versions: readonly VersionFacts[], after: VersionFacts): Proposal {
  return {
    kind: 'rollback',
    title: `Roll back to ${after.version}?`,
    before: servingOf(versions),
    after,
    effect: PINNED,
    needsReason: false,
    confirm: 'Roll back',
  };
}

export function release(versions: readonly VersionFacts[]): Proposal {
  const after = versions.find(({ state }) => state !== 'rejected');
  const before = servingOf(versions);
  return {
    kind: 'release',
    title: 'Release the pin?',
    before,
    after,
    effect: 'The newest version that passed the gate is served at once, and newer ones as they come.',
    needsReason: false,
    confirm: 'Release the pin',
  };
}

/** Points of the chart of recall, the oldest version first. */
export function recallSeries(versions: readonly VersionFacts[]): {
  readonly names: readonly string[];
  readonly passed: readonly (number | null)[];
  readonly rejected: readonly (number | null)[];
} {
  const oldestFirst = [...versions].reverse();
  const only = (isWanted: (version: VersionFacts) => boolean) =>
    oldestFirst.map((version) => (isWanted(version) ? version.recallAt100 : null));
  return {
    names: oldestFirst.map(({ version }) => version),
    passed: only(({ state }) => state !== 'rejected'),
    rejected: only(({ state }) => state === 'rejected'),
  };
}

/** The part of the scale from 0 to 1 that tells recalls apart: to the next twentieth around them. */
export function recallRange(versions: readonly VersionFacts[]): readonly [number, number] {
  const recalls = versions.map(({ recallAt100 }) => recallAt100);
  const low = Math.floor(Math.min(...recalls) * 20 - 0.2) / 20;
  const high = Math.ceil(Math.max(...recalls) * 20 + 0.2) / 20;
  return [Math.max(0, low), Math.min(1.01, high)];
}
