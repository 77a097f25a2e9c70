import type { Recommender } from '../protocol/recommender.js';
import { contentOnly } from './content.js';
import { implicitAls } from './implicit-als.js';
import { itemKnn } from './item-knn.js';
import { random, topDemand, topListings } from './popularity.js';
import { svd } from './svd.js';

/** What WAML is compared with, the cheap ones first. */
export const BASELINES: readonly Recommender[] = [
  random,
  topListings,
  topDemand,
  contentOnly,
  itemKnn('sellers'),
  itemKnn('customers'),
  itemKnn('both'),
  svd,
  implicitAls,
];
