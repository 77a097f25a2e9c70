import { mix32 } from '@thaw/waml';
import type { Recommender, Scores } from '../protocol/recommender.js';
import type { Training } from '../protocol/training.js';

/** The same score for every seller. */
function constant(scores: Float64Array): Scores {
  return { settings: {}, scoresOf: () => scores };
}

/** Candidates in a random order, another for every seller: what any model must beat. */
export const random: Recommender = {
  name: 'random',
  fit: ({ candidates }, { seed }) => {
    const scores = new Float64Array(candidates.length);
    const scoresOf = (seller: number): Float64Array => {
      const key = mix32(mix32(seed) ^ Math.imul(seller + 1, 0x9e3779b9));
      return scores.map((_, i) => mix32(key + i));
    };
    return Promise.resolve({ settings: { seed }, scoresOf });
  },
};

const byCount = (name: string, countsOf: (training: Training) => Uint32Array): Recommender => ({
  name,
  fit: (training) => {
    const counts = countsOf(training);
    return Promise.resolve(constant(Float64Array.from(training.candidates, (product) => counts[product]!)));
  },
});

/** The candidates that most sellers list. */
export const topListings = byCount('top-listings', ({ snapshot }) => snapshot.listingCounts);

/** The candidates that most customers interacted with. */
export const topDemand = byCount('top-demand', ({ snapshot }) => snapshot.customerCounts);
