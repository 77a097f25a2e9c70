import { ThawError } from '@thaw/contracts';
import { SeededStream } from './random.js';

export interface FoldSettings {
  /** Parts that the listing edges are split into. 1: nothing is held out, as in the paper. */
  readonly folds: number;
  /** Folds that are trained on, each with a propagation of its own. */
  readonly sampled: number;
  readonly seed: number;
}

/** What the training edges are, and what is propagated to train on them. */
export interface FoldPlan {
  /**
   * Whether a fold's edges are left out of the graph that its rows are propagated over, so that an edge is unseen by its
   * own features, as at query time. Otherwise there is one fold, over the whole graph.
   */
  readonly heldOut: boolean;
  /** The edges of each fold that is trained on, as their indices in rising order. Sizes differ by one at most. */
  readonly folds: readonly Uint32Array[];
}

/**
 * Splits `edges` listing edges at random.
 * @throws ThawError NETWORK_INVALID when there are more folds than edges, or fewer than are sampled
 */
export function planFolds(edges: number, { folds, sampled, seed }: FoldSettings): FoldPlan {
  if (folds === 1) return { heldOut: false, folds: [Uint32Array.from({ length: edges }, (_, i) => i)] };
  if (!Number.isInteger(folds) || folds < 1 || folds > edges) {
    throw new ThawError('NETWORK_INVALID', `${edges} edges cannot be split into ${folds} folds: ask for fewer`);
  }
  if (!Number.isInteger(sampled) || sampled < 1 || sampled > folds) {
    throw new ThawError('NETWORK_INVALID', `${sampled} of ${folds} folds cannot be trained on: ask for 1 to ${folds}`);
  }
  const order = new SeededStream(seed, folds).permutation(edges);
  const border = (fold: number): number => Math.floor((fold * edges) / folds);
  const parts = Array.from({ length: sampled }, (_, fold) => order.slice(border(fold), border(fold + 1)).sort());
  return { heldOut: true, folds: parts };
}
