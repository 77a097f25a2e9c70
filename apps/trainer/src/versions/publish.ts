import type { BundleStore, Manifest, StagedBundle } from '@thaw/bundle';
import { operator } from '@thaw/contracts';
import { type GateSettings, judge, type VerdictName } from '../policy/gate.js';
import type { RunOutcome } from '../run/job.js';
import type { Version, VersionLedger } from './version-ledger.js';

export interface PublishedBundle {
  readonly manifest: Manifest;
  readonly verdict: VerdictName;
}

/** Puts what a run has made past the gate and into the bundle store. A rejected version is kept too, with its reason. */
export async function publishBundle(
  staged: StagedBundle,
  outcome: RunOutcome,
  settings: GateSettings,
): Promise<PublishedBundle> {
  const { recallAt100, servingRecallAt100, indexRecallAt100 } = outcome.draft.metrics;
  const { name, ...gate } = judge(
    {
      recallAt100: recallAt100 ?? NaN,
      servingRecallAt100: servingRecallAt100 ?? undefined,
      heldBackListings: outcome.heldBackListings,
      indexRecall: outcome.draft.index.kind === 'exact' ? undefined : (indexRecallAt100 ?? NaN),
    },
    settings,
  );
  const manifest = await staged.publish({ ...outcome.draft, createdAtMs: Date.now(), gate }, outcome.sections);
  return { manifest, verdict: name };
}

/** The record of the topic `versions` that announces a bundle. */
export function versionOf({ version, parent, kind, createdAtMs, graphSequence, metrics, gate }: Manifest): Version {
  return {
    version,
    parent: parent ?? '',
    state: gate.passed ? operator.VersionState.SERVING : operator.VersionState.REJECTED,
    publishedAtMs: createdAtMs,
    graphSequence,
    recallAt100: metrics.recallAt100 ?? 0,
    indexRecall: metrics.indexRecallAt100 ?? 0,
    rejectedBecause: gate.passed ? '' : gate.reason,
    pinned: false,
    kind: kind === 'full' ? operator.RunKind.FULL : operator.RunKind.FINE_TUNE,
  };
}

export interface PruneSettings {
  readonly keepVersions: number;
  readonly keepRejectedMs: number;
}

/** Removes bundles that nobody will go back to. */
export async function pruneBundles(
  store: BundleStore,
  ledger: VersionLedger,
  { keepVersions, keepRejectedMs }: PruneSettings,
): Promise<string[]> {
  const keep = ledger.serving === undefined ? [] : [ledger.serving.version];
  const removed = await store.prune({ keepNewest: keepVersions, keep, keepRejectedMs, nowMs: Date.now() });
  await ledger.forget(removed);
  return removed;
}
