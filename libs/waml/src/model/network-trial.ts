import { bootstrapDifference, type RecallDifference } from '../metrics/bootstrap.js';
import type { TrainedNetwork } from '../network/forward.js';
import { choiceHits } from './choice-problem.js';
import type { LearnedModel, LearnedNetwork } from './learned-model.js';
import { fitWeights, partOf, recallOn, servedScores } from './learn-weights.js';
import { type EmbedRows, networkCosines, withNetwork } from './network-features.js';
import type { NetworkRows } from './network-rows.js';
import type { ReplayFeatures } from './replay-features.js';
import { HELD_BACK } from './trial.js';

/** With fewer held-back listings than this no difference is told from chance. */
export const FEWEST_HELD_BACK = 30;

/** Channels alone and channels with the network's block, on the same held-back listings. */
export interface NetworkTrial {
  /** Channels with the network, fitted on the whole replay: what is served if the network is kept. */
  readonly learned: LearnedModel;
  /** Of channels with the network, fitted before the held-back listings. */
  readonly recallAt100: number;
  readonly channelsRecallAt100: number;
  /** Of the two, with the 95 % interval of a paired bootstrap over sellers. */
  readonly gain: RecallDifference;
  readonly isKept: boolean;
  /** A sentence for the log and the model card. */
  readonly reason: string;
}

export interface NetworkTrialInput {
  readonly features: ReplayFeatures;
  /** Channels alone, fitted before the held-back listings. */
  readonly early: LearnedModel;
  readonly rows: NetworkRows;
  readonly network: LearnedNetwork;
  readonly embed: EmbedRows;
  readonly signal?: AbortSignal;
}

/**
 * Tries a trained network: its cosine joins the channels', all weights are fitted anew on the replay's first listings,
 * and both models are measured on the last. The network is kept where its gain is more than noise: where the whole
 * interval of the gain is above 0, on {@link FEWEST_HELD_BACK} listings or more.
 */
export async function tryNetwork(input: NetworkTrialInput): Promise<NetworkTrial> {
  const { features, early, rows, network, embed, signal } = input;
  const both = withNetwork(features, network, await networkCosines(features, rows, embed));
  const fit = signal ? { signal } : {};
  const before = fitWeights(both, { ...fit, start: early.weights, to: 1 - HELD_BACK });
  const held = { from: 1 - HELD_BACK };
  const hitsOf = (of: ReplayFeatures, { weights }: LearnedModel): Uint8Array =>
    choiceHits(partOf(of.problem, held), servedScores(of, weights), 100);
  const { chosen, items } = partOf(features.problem, held);
  const sellers = chosen.map((cell) => Math.floor(cell / items));
  const gain = bootstrapDifference(hitsOf(both, before), hitsOf(features, early), sellers);
  const recallAt100 = recallOn(both, before.weights, 100, held);
  const isKept = chosen.length >= FEWEST_HELD_BACK && gain.low > 0;
  return {
    learned: fitWeights(both, { ...fit, start: before.weights }),
    recallAt100,
    channelsRecallAt100: recallAt100 - gain.difference,
    gain,
    isKept,
    reason: reasonOf(gain, chosen.length, isKept),
  };
}

function reasonOf({ difference, low, high }: RecallDifference, listings: number, isKept: boolean): string {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  const found = `Recall@100 ${signed(difference)} (95 % interval ${signed(low)} to ${signed(high)}) on ${listings} held-back listings`;
  if (isKept) return `${found}: the network is kept`;
  if (listings < FEWEST_HELD_BACK) return `${found}: too few to tell, channels alone`;
  return `${found}: no more than noise, channels alone`;
}

/** A network with its parameters, as it serves. */
export const trainedNetwork = (
  { settings }: LearnedNetwork,
  parameters: TrainedNetwork['parameters'],
): TrainedNetwork => ({ settings, parameters });
