import {
  channelSourceOf,
  encodeTextsOf,
  type ChannelSource,
  type CoInteractionColumns,
  type ModelContext,
  type ModelState,
  type Propagate,
} from '@thaw/waml';
import type { FitContext } from '../protocol/recommender.js';
import type { Training } from '../protocol/training.js';
import { modelStateOf, textsOf } from './model-state.js';

/** What all graphs and channels of one training state share: counted and encoded once. */
export interface GraphInput {
  readonly training: Training;
  readonly state: ModelState;
  /** All pairs, whatever their count. */
  readonly coInteractions: CoInteractionColumns;
  /** `[products, d]` */
  readonly texts: Float32Array;
  readonly dimensions: number;
  readonly context: ModelContext;
}

/** What a model of `@thaw/waml` is given by a fit. */
export function modelContextOf(training: Training, propagate: Propagate, fit: FitContext): ModelContext {
  const { seed, signal, onProgress } = fit;
  return {
    propagate,
    seed,
    encodeTexts: textsOf(training, signal),
    ...(onProgress && { onProgress: ({ what }) => onProgress(what) }),
    ...(signal && { signal }),
  };
}

export async function prepareGraphInput(
  training: Training,
  dimensions: number,
  propagate: Propagate,
  fit: FitContext,
): Promise<GraphInput> {
  const context = modelContextOf(training, propagate, fit);
  const state = modelStateOf(training);
  const texts = await encodeTextsOf(context, dimensions);
  return { training, state, coInteractions: state.coInteractions, texts, dimensions, context };
}

/** The channel source of one co-interaction threshold. */
export const channelSource = (
  { state, texts, dimensions, context }: GraphInput,
  coInteractionThreshold: number,
): ChannelSource => channelSourceOf(state, texts, { coInteractionThreshold, dimensions }, context);
