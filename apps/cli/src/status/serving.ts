import { operator } from '@thaw/contracts';
import { count, duration, table } from '../terminal/format.js';
import type { ServicesStatus } from './services.js';

const STATES: Readonly<Record<operator.VersionState, string>> = {
  [operator.VersionState.UNSPECIFIED]: 'unknown',
  [operator.VersionState.SERVING]: 'serving',
  [operator.VersionState.STANDBY]: 'standby',
  [operator.VersionState.REJECTED]: 'rejected',
};

const KINDS: Readonly<Record<operator.RunKind, string>> = {
  [operator.RunKind.UNSPECIFIED]: '-',
  [operator.RunKind.FINE_TUNE]: 'fine-tune',
  [operator.RunKind.FULL]: 'full',
};

const share = (value: number): string => value.toFixed(3).replace(/^0/, '');

/** What is served, how good and how fresh it is: two lines, none before the recommender answers. */
export function servingLines({ serving }: ServicesStatus): readonly string[] {
  if (serving === undefined) return [];
  const { context, candidates, recommendable, recallAt100, indexRecall, indexKind, overlay, swaps } = serving;
  if (context === undefined || context.version === '') {
    return [`no version yet: sellers get the products in demand, of ${count(candidates)} candidates`];
  }
  const { version, versionAgeSeconds, graphSequence, graphAgeSeconds } = context;
  return [
    `version ${version}, ${duration(versionAgeSeconds * 1000)} old, Recall@100 ${share(recallAt100)}` +
      ` · ${count(recommendable)} of ${count(candidates)} candidates in the ${indexKind} index` +
      (indexKind === 'hnsw' ? ` (recall ${share(indexRecall)})` : ''),
    `last graph change ${duration(graphAgeSeconds * 1000)} ago (${count(graphSequence)})` +
      ` · ${count(overlay)} vectors newer than the index · ${count(swaps)} swaps`,
  ];
}

/** The same in a few words. */
export function servingWords({ serving }: ServicesStatus): string | undefined {
  if (serving?.context === undefined) return undefined;
  const { context, recallAt100 } = serving;
  if (context.version === '') return 'no version yet';
  return `${context.version} (Recall@100 ${share(recallAt100)}), last change ${duration(context.graphAgeSeconds * 1000)} ago`;
}

/** Versions as a table; the newest first. */
export function versionTable(versions: readonly operator.Version[], nowMs: number): string {
  const rows = versions.map((version) => [
    version.version,
    KINDS[version.kind],
    `${STATES[version.state]}${version.pinned ? ', pinned' : ''}`,
    `${duration(nowMs - version.publishedAtMs)} ago`,
    share(version.recallAt100),
    share(version.indexRecall),
    version.parent === '' ? '-' : version.parent,
    version.rejectedBecause,
  ]);
  return table(
    [['VERSION', 'KIND', 'STATE', 'PUBLISHED', 'RECALL@100', 'INDEX', 'PARENT', 'REJECTED BECAUSE'], ...rows],
    [4, 5],
  );
}
