import {
  epochBatches,
  gatherBatch,
  matrixRows,
  NetworkTrainer,
  PAPER_NETWORK,
  SeededStream,
  trainNetwork,
  type NetworkSettings,
  type TensorApi,
  type TrainingFold,
  type TrainingLimits,
} from '@thaw/waml';
import { setImmediate } from 'node:timers/promises';
import { meanRecall, validationKs } from '../neural/fit-neural.js';
import { rowScores } from '../neural/row-scores.js';
import { rankTargets } from '../protocol/ranking.js';
import type { FitContext, Scores } from '../protocol/recommender.js';
import type { Exercise } from '../protocol/training.js';
import { LADDER_COLUMNS, type LadderGraph } from './ladder-graph.js';

/** The paper's rate is 1e-4; these sets have hundredths of its edges, and so of its steps. */
const LEARNING_RATE = 3e-4;
const LIMITS: TrainingLimits = { batchEdges: 1024, maxEpochs: 4, validateEvery: 15, patience: 3, divergence: 10 };

/** A network that was trained on the replay, to be trained again on all that is known. */
export interface NetworkTrial {
  readonly settings: NetworkSettings;
  readonly steps: number;
  readonly edges: number;
  readonly recall: number;
}

export const ladderSettings = (changes: Partial<NetworkSettings>, seed: number): NetworkSettings => ({
  ...PAPER_NETWORK,
  dimensions: LADDER_COLUMNS,
  learningRate: LEARNING_RATE,
  ...changes,
  seed,
});

/** @param rows h^K `[nodes, d]` */
function listingsOf({ training: { snapshot } }: LadderGraph, rows: Float32Array): TrainingFold {
  const { seller, product } = snapshot.listings;
  const first = snapshot.listed.columns;
  return {
    sellers: Uint32Array.from(seller, (s) => first + s),
    products: Uint32Array.from(product),
    rows: matrixRows(rows, LADDER_COLUMNS),
  };
}

export const ladderScores = (graph: LadderGraph, rows: Float32Array): Scores['scoresOf'] =>
  rowScores(rows, LADDER_COLUMNS, graph.training.snapshot.listed.columns, graph.training.candidates);

/** Trains on the replay, until its recall no longer gets better. */
export async function tryNetwork(
  tf: TensorApi,
  graph: LadderGraph,
  rows: Float32Array,
  settings: NetworkSettings,
  replay: Exercise,
  { onProgress, signal }: FitContext,
): Promise<NetworkTrial> {
  const ks = validationKs(replay.training.candidates.length);
  const fold = listingsOf(graph, rows);
  const outcome = await trainNetwork(
    tf,
    { network: settings, limits: LIMITS, folds: [fold] },
    {
      validate: async (embed) => {
        const ranked = rankTargets(replay, { settings: {}, scoresOf: ladderScores(graph, await embed(rows)) });
        return meanRecall(ranked, ks);
      },
      now: () => performance.now(),
      progress: ({ step, loss = NaN, validation }) =>
        onProgress?.(`replay, step ${step}: loss ${loss.toFixed(3)}, recall ${validation.toFixed(3)}`),
      breathe: () => setImmediate(),
      ...(signal && { signal }),
    },
  );
  return { settings, steps: outcome.best.step, edges: fold.sellers.length, recall: outcome.best.validation };
}

/** Trains on all that is known for as many passes over it as were best on the replay. */
export async function finishNetwork(
  tf: TensorApi,
  graph: LadderGraph,
  rows: Float32Array,
  { settings, steps, edges }: NetworkTrial,
  { onProgress, signal }: FitContext,
): Promise<Scores['scoresOf']> {
  const fold = listingsOf(graph, rows);
  const wanted = Math.round((steps * fold.sellers.length) / edges);
  const trainer = NetworkTrainer.open(tf, settings);
  try {
    for (let epoch = 0; trainer.step < wanted; epoch++) {
      const batches = epochBatches([fold], LIMITS.batchEdges, new SeededStream(settings.seed, epoch, 1));
      for (const batch of batches.slice(0, wanted - trainer.step)) {
        signal?.throwIfAborted();
        await trainer.train(gatherBatch(batch, LADDER_COLUMNS));
        await setImmediate(); // lets others on the event loop in between two steps
      }
      onProgress?.(`fitting, step ${trainer.step}/${wanted}`);
    }
    return ladderScores(graph, await trainer.embed(rows));
  } finally {
    trainer.dispose();
  }
}
