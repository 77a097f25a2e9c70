import type { BuiltIndex } from '@thaw/index';
import type { FoldedModel, GraphCopy, LearnedModel, StageTimes, Trial } from '@thaw/waml';
import type { RunJob, RunOutcome } from './job.js';
import { networkFacts, networkSection } from './network-card.js';
import type { NetworkStageResult } from './network-stage.js';

export interface Made {
  readonly job: RunJob;
  readonly copy: GraphCopy;
  readonly fitted: Trial;
  /** What is served: the fitted model, with the network where that was kept. */
  readonly learned: LearnedModel;
  readonly trained: NetworkStageResult;
  readonly model: FoldedModel;
  readonly index: BuiltIndex;
  readonly times: StageTimes;
}

/** Says in plain data what a run has made. */
export function outcomeOf({ job, copy, fitted, learned, trained, model, index, times }: Made): RunOutcome {
  const { state, sequence } = copy;
  const { isKept, reason, trial } = trained;
  const { timeMs } = state.listings;
  const listings = timeMs.length;
  const seconds = Object.fromEntries(Object.entries(times.ms).map(([stage, ms]) => [stage, ms / 1000]));
  return {
    draft: {
      parent: job.kind === 'fine-tune' ? (job.serving?.version ?? null) : null,
      kind: job.kind,
      graphSequence: sequence,
      dataWindow: { fromMs: timeMs[0] ?? 0, toMs: timeMs[listings - 1] ?? 0 },
      counts: {
        products: state.productIds.length,
        sellers: state.sellerIds.length,
        candidates: state.candidates.length,
      },
      settings: {
        channels: model.channels.map(({ name, dimensions, weight }) => ({ name, dimensions, weight })),
        dimensions: model.dimensions,
        coInteractionThreshold: learned.settings.coInteractionThreshold,
        seed: job.seed,
        learned: structuredClone(learned) as unknown as PlainJson,
        network: networkFacts(trained) as PlainJson,
      },
      metrics: {
        recallAt100: isKept && trial !== undefined ? trial.recallAt100 : fitted.recallAt100,
        servingRecallAt100: fitted.servingRecallAt100 ?? null,
        indexRecallAt100: index.recallAt100,
        heldBackListings: fitted.heldBackListings,
        listings,
        replayRecallAt100: learned.replayRecallAt100,
        channelsRecallAt100: fitted.recallAt100,
        networkRecallAt100: trial?.recallAt100 ?? null,
        networkGainLow: trial?.gain.low ?? null,
        networkGainHigh: trial?.gain.high ?? null,
        ...Object.fromEntries(Object.entries(seconds).map(([stage, value]) => [`${stage}Seconds`, value])),
      },
      index: index.settings,
    },
    heldBackListings: fitted.heldBackListings,
    listings,
    seconds,
    sections: [networkSection(trained, fitted)],
    network: { isKept, reason },
  };
}

type PlainJson = RunOutcome['draft']['settings'][string];

/** The model that a version's manifest remembers. */
export function learnedOf(settings: Readonly<Record<string, unknown>>): LearnedModel {
  return settings['learned'] as LearnedModel;
}
