import { planFolds, type FoldSettings } from '../network/folds.js';
import type { NamedTensor } from '../network/parameters.js';
import type { NetworkInputSettings } from '../network/node-inputs.js';
import type { NetworkSettings } from '../network/settings.js';
import type { TensorApi } from '../network/tensor-api.js';
import { trainNetwork } from '../network/train-network.js';
import { matrixRows, type TrainingFold } from '../network/training-data.js';
import type {
  TrainingCheckpoint,
  TrainingLimits,
  TrainingOutcome,
  TrainingPoint,
  TrainingPorts,
  TrainingProgress,
} from '../network/training-run.js';
import { encodeTextsOf } from './channel-source.js';
import type { ModelContext } from './context.js';
import type { LearnedModel, LearnedNetwork } from './learned-model.js';
import { reduction, picked } from './model-graph.js';
import type { ListingColumns, Replay } from './model-state.js';
import { NetworkValidation } from './network-features.js';
import { NetworkRows } from './network-rows.js';
import type { ReplayFeatures } from './replay-features.js';
import { HELD_BACK } from './trial.js';

/** What is trained, and for how long. */
export interface NetworkPlan {
  readonly input: NetworkInputSettings;
  /** Each is trained for a while, and the best trains on; one alone trains all the time. */
  readonly choices: readonly NetworkSettings[];
  readonly folds: Omit<FoldSettings, 'seed'>;
  /** `maxMs` is for all choices together. */
  readonly limits: TrainingLimits & { readonly maxMs: number };
  /** A fine-tune: the parameters to begin with. There is one choice then. */
  readonly warmStart?: readonly NamedTensor[];
}

/** A choice that has had its while. */
export interface TriedNetwork {
  readonly settings: NetworkSettings;
  readonly validation: number;
  readonly recall: number | undefined;
  readonly steps: number;
  readonly end: string;
}

/** A training cut off: what a later one goes on from. */
export interface NetworkCheckpoint {
  readonly tried: readonly TriedNetwork[];
  /** The best of them. */
  readonly best?: NetworkLeader;
  /** Of the choice that was being trained; none between two. */
  readonly training?: TrainingCheckpoint;
  /** Milliseconds of the time for all that are spent. */
  readonly spentMs: number;
}

/** The best choice so far with what it has learned. */
export interface NetworkLeader {
  readonly settings: NetworkSettings;
  readonly validation: number;
  readonly parameters: readonly NamedTensor[];
  readonly curve: readonly TrainingPoint[];
  readonly steps: number;
}

export interface NetworkTrainingPorts extends Omit<TrainingPorts, 'validate' | 'keep' | 'progress'> {
  readonly tf: TensorApi;
  /** `of` all choices and the last stretch, this one is number `number`. */
  readonly progress?: (progress: TrainingProgress & { readonly number: number; readonly of: number }) => void;
  readonly keep?: (checkpoint: NetworkCheckpoint) => Promise<void>;
}

/** What came of a training. */
export interface TrainedOnReplay {
  readonly network: LearnedNetwork;
  readonly parameters: readonly NamedTensor[];
  /** Of the best choice, from its first step to its last. */
  readonly curve: readonly TrainingPoint[];
  readonly steps: number;
  readonly tried: readonly TriedNetwork[];
  /** Why the last stretch ended. */
  readonly reason: string;
  readonly end: TrainingOutcome['end'];
}

export interface ReplayToTrainOn {
  readonly replay: Replay;
  readonly features: ReplayFeatures;
  /** Channels alone, fitted before the held-back listings. */
  readonly early: LearnedModel;
  /** Of the replay's state, with the plan's input. */
  readonly rows: NetworkRows;
}

/** The share of the time in which choices are compared. */
const PROBE_SHARE = 0.5;

/**
 * Trains a network on the listings before a replay's cut, and validates it on the replay's first listings: those that are
 * held back for the gate are not looked at. Learning rates, β and blocks are searched within the time by giving each
 * choice an equal while; the best goes on from where it stood.
 *
 * @throws ThawError NETWORK_INVALID when there is nothing to train on, or as `planFolds` says; the signal's reason
 */
export async function trainOnReplay(
  on: ReplayToTrainOn,
  plan: NetworkPlan,
  context: ModelContext,
  ports: NetworkTrainingPorts,
  resume?: NetworkCheckpoint,
): Promise<TrainedOnReplay> {
  const { tf, keep, progress, ...others } = ports;
  const beganMs = ports.now() - (resume?.spentMs ?? 0);
  const spentMs = (): number => ports.now() - beganMs;
  const folds = await trainingFolds(on, plan, context);
  const { choices, limits } = plan;
  const isSearch = choices.length > 1;
  const stretches = isSearch ? choices.length + 1 : 1;
  const probeMs = (limits.maxMs * PROBE_SHARE) / choices.length;
  const validation = new NetworkValidation(on.features, on.rows, on.early, { to: 1 - HELD_BACK });
  let tried = resume?.tried ?? [];
  let best = resume?.best;

  const stretch = async (network: NetworkSettings, maxMs: number, from?: NetworkLeader): Promise<TrainingOutcome> => {
    const kept = tried === resume?.tried ? resume.training : undefined;
    const start = from?.parameters ?? plan.warmStart;
    const number = tried.length + 1;
    return await trainNetwork(
      tf,
      {
        network,
        limits: { ...limits, maxMs },
        folds,
        ...(start && { warmStart: start }),
        ...(kept && { resume: kept }),
      },
      {
        ...others,
        validate: (embed) => validation.validate(embed, ports.signal),
        ...(progress && { progress: (now) => progress({ ...now, number, of: stretches }) }),
        ...(keep && { keep: (training) => keep({ tried, ...(best && { best }), training, spentMs: spentMs() }) }),
      },
    );
  };
  const lead = (outcome: TrainingOutcome, settings: NetworkSettings, after?: NetworkLeader): NetworkLeader => ({
    settings,
    validation: outcome.best.validation,
    parameters: outcome.best.parameters,
    curve: [...(after?.curve ?? []), ...shifted(outcome.curve, after)],
    steps: (after?.steps ?? 0) + outcome.steps,
  });

  for (const [i, settings] of choices.entries()) {
    if (!isSearch || i < tried.length) continue;
    const outcome = await stretch(settings, Math.max(0, (i + 1) * probeMs - spentMs()));
    if (best === undefined || outcome.best.validation > best.validation) best = lead(outcome, settings);
    tried = [...tried, triedOf(settings, outcome)];
    await keep?.({ tried, best, spentMs: spentMs() });
  }
  const settings = best?.settings ?? choices[0]!;
  const outcome = await stretch(settings, Math.max(0, limits.maxMs - spentMs()), best);
  const last = lead(outcome, settings, best);
  return {
    network: { settings, input: plan.input },
    parameters: last.parameters,
    curve: last.curve,
    steps: last.steps,
    tried: isSearch ? tried : [triedOf(settings, outcome)],
    reason: outcome.reason,
    end: outcome.end,
  };
}

/** The first point of a stretch that goes on is the last one of the stretch before. */
const shifted = (curve: readonly TrainingPoint[], after: NetworkLeader | undefined): readonly TrainingPoint[] =>
  after === undefined ? curve : curve.slice(1).map((point) => ({ ...point, step: point.step + after.steps }));

function triedOf(settings: NetworkSettings, { best, curve, steps, end }: TrainingOutcome): TriedNetwork {
  const recall = curve.find(({ step }) => step === best.step)?.recall;
  return { settings, validation: best.validation, recall, steps, end };
}

/**
 * Listings of products that the reduction keeps, with the rows to train on them: the replay's own, or those of the graph
 * without a fold's listings.
 */
async function trainingFolds(
  { replay: { state }, features: { settings }, rows }: ReplayToTrainOn,
  { input, folds }: NetworkPlan,
  context: ModelContext,
): Promise<TrainingFold[]> {
  const { listings } = reduction(state, settings.coInteractionThreshold);
  const plan = planFolds(listings.length, { ...folds, seed: context.seed });
  const texts = plan.heldOut ? await encodeTextsOf(context, settings.dimensions) : new Float32Array(0);
  const result: TrainingFold[] = [];
  for (const edges of plan.folds) {
    const held = edges.map((edge) => listings[edge]!);
    const source = plan.heldOut
      ? await NetworkRows.of({ ...state, listings: without(state.listings, held) }, input, settings, texts, context)
      : rows;
    result.push({
      sellers: Uint32Array.from(held, (i) => rows.sellerRow(state.listings.seller[i]!)),
      products: Uint32Array.from(held, (i) => state.listings.product[i]!),
      rows: matrixRows(source.matrix, source.dimensions),
    });
  }
  return result;
}

/** Listings but those at these places. */
function without({ seller, product, timeMs }: ListingColumns, places: Uint32Array): ListingColumns {
  const isOut = new Uint8Array(timeMs.length);
  for (const place of places) isOut[place] = 1;
  const kept = picked(timeMs.length, (i) => isOut[i] === 0);
  return {
    seller: Uint32Array.from(kept, (i) => seller[i]!),
    product: Uint32Array.from(kept, (i) => product[i]!),
    timeMs: Float64Array.from(kept, (i) => timeMs[i]!),
  };
}
