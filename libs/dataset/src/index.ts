export type { BadRow, ReadOptions } from './bad-row.js';
export { collect } from './collect.js';
export { interactionType, readEvents, type DatasetEvent } from './events.js';
export { leastDemand } from './least-demand.js';
export {
  hasTestSplit,
  readCandidates,
  readInteractions,
  readListings,
  readProducts,
  readTestListings,
} from './readers.js';
export type { CandidateRow, InteractionRow, ListingRow, ProductRow } from './rows.js';
export { readStats, type DatasetStats } from './stats.js';
export { parseTimestamp } from './timestamp.js';
