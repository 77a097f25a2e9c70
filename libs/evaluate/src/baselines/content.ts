import { HashedTfIdfEncoder } from '@thaw/text';
import { rowOf } from '../data/sparse-rows.js';
import type { Recommender } from '../protocol/recommender.js';
import { innerProductScores, pickRows } from './factors.js';

/** Wide, since the error of a cosine is about 1/√d and content is all this model has. */
const DIMENSIONS = 2048;

/** Text alone: a seller is the mean of what it lists; the nearest candidates by cosine. */
export const contentOnly: Recommender = {
  name: 'content',
  fit: ({ snapshot, candidates }, { seed }) => {
    const { texts } = snapshot.log.catalogue;
    const encoder = new HashedTfIdfEncoder({ dimensions: DIMENSIONS, seed });
    encoder.learn(texts);
    const vectors = encoder.encodeNow(texts);
    const sellers = new Float32Array(snapshot.listed.rows * DIMENSIONS);
    for (let s = 0; s < snapshot.listed.rows; s++) {
      for (const product of rowOf(snapshot.listed, s)) {
        for (let k = 0; k < DIMENSIONS; k++) sellers[s * DIMENSIONS + k]! += vectors[product * DIMENSIONS + k]!;
      }
    }
    const factors = { dimensions: DIMENSIONS, sellers, candidates: pickRows(vectors, DIMENSIONS, candidates) };
    return Promise.resolve(innerProductScores(factors, { dimensions: DIMENSIONS }));
  },
};
