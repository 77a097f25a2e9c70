import { recommender } from '@thaw/contracts';
import { TABLE_1 } from '@thaw/simulator';
import type { RecommenderClient } from '../clients/recommender.js';
import { contextAsText, shortened } from '../recommend/as-text.js';
import { count, percent, table } from '../terminal/format.js';

const PAGE = 1000;
const PAPER_SHARES = [TABLE_1.cold, TABLE_1.softCold, TABLE_1.mildlyWarmed];

export interface CandidatesQuestion {
  readonly minListings?: number;
  readonly maxListings?: number;
  readonly categoryId?: string;
  readonly limit: number;
  readonly pageToken?: string;
}

/** The first `limit` candidates; its buckets and token are those of the last page that was needed. */
export async function readCandidates(
  client: RecommenderClient,
  { limit, ...question }: CandidatesQuestion,
): Promise<recommender.ListCandidatesResponse> {
  const candidates: recommender.Candidate[] = [];
  for (let pageToken = question.pageToken ?? ''; ;) {
    const request = recommender.ListCandidatesRequest.fromPartial({
      ...question,
      pageToken,
      limit: Math.min(PAGE, limit - candidates.length),
    });
    const page = await client.candidates(request);
    candidates.push(...page.candidates);
    pageToken = page.nextPageToken;
    if (pageToken === '' || candidates.length >= limit) return { ...page, candidates };
  }
}

/** Counts by listings beside the paper's, and the candidates. */
export function candidatesAsText(answer: recommender.ListCandidatesResponse): string {
  const { context, candidates, matching, nextPageToken, buckets } = answer;
  const all = buckets.reduce((sum, bucket) => sum + bucket.candidates, 0);
  const shares = buckets.map(({ fromListings, toListings, candidates: size }, i) => [
    fromListings === toListings ? String(fromListings) : `${fromListings}-${toListings}`,
    count(size),
    all === 0 ? '-' : percent(size / all),
    PAPER_SHARES[i] === undefined ? '-' : percent(PAPER_SHARES[i]),
  ]);
  const rows = candidates.map(({ productId, title, categoryId, listings, customers, hasVector }) => [
    productId,
    shortened(title),
    categoryId,
    count(listings),
    count(customers),
    hasVector ? 'yes' : 'not yet',
  ]);
  const more = nextPageToken === '' ? [] : ['', `Go on with --page '${nextPageToken}', or ask for more with --limit.`];
  return [
    contextAsText(context),
    '',
    table([['LISTINGS', 'CANDIDATES', 'SHARE', "PAPER'S TABLE 1"], ...shares], [1, 2, 3]),
    '',
    `${count(candidates.length)} of ${count(matching)} candidates, most customers first:`,
    ...(rows.length === 0
      ? []
      : [table([['PRODUCT', 'TITLE', 'CATEGORY', 'LISTINGS', 'CUSTOMERS', 'VECTOR'], ...rows], [3, 4])]),
    ...more,
  ].join('\n');
}
