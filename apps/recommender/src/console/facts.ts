import type { FreshnessFacts, FunnelFacts, RunFacts, ServingFacts, VersionFacts } from '@thaw/app-console';
import { type graph, operator, type recommender } from '@thaw/contracts';
import type { GraphReaderStatus } from '@thaw/graph-reader';

const { RunKind, RunState, VersionState } = operator;

// A trainer that is newer may know states that this one does not: they are 'unknown'.
const VERSION_STATES: ReadonlyMap<operator.VersionState, VersionFacts['state']> = new Map([
  [VersionState.SERVING, 'serving'],
  [VersionState.STANDBY, 'standby'],
  [VersionState.REJECTED, 'rejected'],
] as const);

const RUN_STATES: ReadonlyMap<operator.RunState, RunFacts['state']> = new Map([
  [RunState.QUEUED, 'queued'],
  [RunState.RUNNING, 'running'],
  [RunState.PUBLISHED, 'published'],
  [RunState.REJECTED, 'rejected'],
  [RunState.FAILED, 'failed'],
  [RunState.CANCELLED, 'cancelled'],
] as const);

const RUN_KINDS: ReadonlyMap<operator.RunKind, RunFacts['kind']> = new Map([
  [RunKind.FULL, 'full'],
  [RunKind.FINE_TUNE, 'fine-tune'],
] as const);

/** A message as the page is shown it: fields by name, so that what a message gains is no part of the page by itself. */
export function versionFacts(version: operator.Version): VersionFacts {
  return {
    version: version.version,
    parent: version.parent,
    state: VERSION_STATES.get(version.state) ?? 'unknown',
    pinned: version.pinned,
    publishedAtMs: version.publishedAtMs,
    recallAt100: version.recallAt100,
    indexRecall: version.indexRecall,
    rejectedBecause: version.rejectedBecause,
  };
}

export function runFacts(run: operator.Run): RunFacts {
  return {
    runId: run.runId,
    kind: RUN_KINDS.get(run.kind) ?? 'unknown',
    state: RUN_STATES.get(run.state) ?? 'unknown',
    stage: run.stage,
    progress: run.progress,
    etaSeconds: run.etaSeconds < 0 ? null : run.etaSeconds,
    message: run.message,
    reason: run.reason,
    requestedBy: run.requestedBy,
    endedAtMs: run.endedAtMs === 0 ? null : run.endedAtMs,
    version: run.version,
  };
}

export function servingFacts(status: recommender.GetServingStatusResponse): ServingFacts {
  const { context } = status;
  return {
    version: context?.version ?? '',
    versionAgeSeconds: context?.versionAgeSeconds ?? 0,
    recallAt100: status.recallAt100,
    indexKind: status.indexKind,
    indexRecall: status.indexRecall,
    candidates: status.candidates,
    recommendable: status.recommendable,
    sellers: status.sellers,
    overlay: status.overlay,
    swaps: status.swaps,
  };
}

export function freshnessFacts(status: GraphReaderStatus, ageSeconds: number): FreshnessFacts {
  return {
    state: status.state,
    sequence: status.sequence,
    ageSeconds,
    lagChanges: status.lagChanges ?? null,
    lagSeconds: Number.isFinite(status.lagSeconds) ? status.lagSeconds : null,
    reason: status.reason?.message ?? null,
  };
}

export function funnelFacts(funnel: graph.GetFunnelResponse): FunnelFacts {
  return {
    customers: funnel.customers,
    interactions: funnel.interactions,
    pairs: funnel.pairs,
    edgesAtThreshold: funnel.edgesAtThreshold,
    edgesKept: funnel.edgesKept,
    trainingProducts: funnel.trainingProducts,
    candidates: funnel.candidates,
    sellers: funnel.sellers,
    categories: funnel.categories,
    candidatesByListings: funnel.candidatesByListings,
  };
}
