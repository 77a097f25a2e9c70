import type { Scores } from '../protocol/recommender.js';
import type { Parameters } from './parameters.js';

/** A model that is trained by steps down its gradient. */
export interface NeuralModel {
  readonly parameters: Parameters;
  readonly learningRate: number;
  /** Edges that steps draw their examples from. */
  readonly examples: number;
  /** Draws the next step's examples, and what it drops. */
  draw(): void;
  /** Loss of what was drawn last; the gradients by the parameters are added to theirs. */
  differentiate(): number | Promise<number>;
  /** What the model thinks as it is now: valid until the next step. */
  scoresOf(): Scores['scoresOf'] | Promise<Scores['scoresOf']>;
  /** Frees what lies outside the kernel's memory. */
  dispose(): void;
}

/** @returns the loss before the step */
export async function trainStep(model: NeuralModel): Promise<number> {
  model.parameters.clearGradients();
  model.draw();
  const loss = await model.differentiate();
  model.parameters.move(model.learningRate);
  return loss;
}
