import { encodeCatalogue } from '../data/encode-catalogue.js';
import { rowOf } from '../data/sparse-rows.js';
import type { Recommender } from '../protocol/recommender.js';
import { innerProductScores, pickRows } from './factors.js';

/** Wide, since the error of a cosine is about 1/√d and content is all this model has. */
const HASHED_DIMENSIONS = 2048;

/** Text alone: a seller is the mean of what it lists; the nearest candidates by cosine. */
export const contentOnly: Recommender = {
  name: 'content',
  fit: async ({ snapshot, candidates }, { seed, signal }) => {
    const { catalogue } = snapshot.log;
    const dimensions = catalogue.textEncoder?.dimensions ?? HASHED_DIMENSIONS;
    const vectors = await encodeCatalogue(catalogue, { dimensions, seed, signal });
    const sellers = new Float32Array(snapshot.listed.rows * dimensions);
    for (let s = 0; s < snapshot.listed.rows; s++) {
      for (const product of rowOf(snapshot.listed, s)) {
        for (let k = 0; k < dimensions; k++) sellers[s * dimensions + k]! += vectors[product * dimensions + k]!;
      }
    }
    const factors = { dimensions, sellers, candidates: pickRows(vectors, dimensions, candidates) };
    return innerProductScores(factors, { dimensions });
  },
};
