import type { ReadOptions } from './bad-row.js';
import { findCsv } from './csv-file.js';
import { readCandidates } from './readers.js';

/**
 * Customers that a product needs to be a candidate, by the data set's own candidate set: the fewest that one of its
 * candidates has. Undefined where the folder has no candidates.
 */
export async function leastDemand(folder: string, options: ReadOptions = {}): Promise<number | undefined> {
  if (findCsv(folder, 'candidates') === undefined) return undefined;
  let least: number | undefined;
  for await (const { customers } of readCandidates(folder, options)) least = Math.min(customers, least ?? customers);
  return least;
}
