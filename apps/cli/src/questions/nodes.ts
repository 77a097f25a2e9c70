import { type graph, recommender } from '@thaw/contracts';
import { contextAsText, fallbackAsText, shortened } from '../recommend/as-text.js';
import { count, table } from '../terminal/format.js';
import { candidateAsText } from './graph-facts.js';

const { SellerVector } = recommender;

/** What is known of a product. @param answer of the recommender; undefined where it is not in the reduced graph */
export function productAsText(
  productId: string,
  facts: graph.GetProductResponse,
  answer: recommender.GetProductResponse | undefined,
): string {
  const title = facts.title === '' ? '' : ` "${facts.title}"`;
  const lines = [
    ['category', facts.categoryId === '' ? '-' : facts.categoryId],
    ['candidate', candidateAsText(facts)],
    ['told of', facts.eventTimeMs > 0 ? new Date(facts.eventTimeMs).toISOString() : 'never'],
    ['served', answer === undefined ? 'no: neither a candidate nor in an edge with one' : servedAsText(answer)],
  ];
  const neighbours = answer?.neighbours ?? [];
  const rows = neighbours.map((each) => [each.productId, shortened(each.title), count(each.customers)]);
  return [
    ...(answer === undefined ? [] : [contextAsText(answer.context)]),
    `${productId}${title}`,
    '',
    table(lines),
    ...(rows.length === 0 ? [] : ['', table([['SHARES CUSTOMERS WITH', 'TITLE', 'HOW MANY'], ...rows], [2])]),
    ...(answer !== undefined && answer.edges > rows.length ? [`and ${count(answer.edges - rows.length)} more`] : []),
  ].join('\n');
}

function servedAsText({ candidate, hasVector, edges }: recommender.GetProductResponse): string {
  const role = candidate ? 'candidate' : 'neighbour of a candidate';
  return `${role} with ${count(edges)} edges, ${hasVector ? 'with' : 'without'} a vector`;
}

const VECTORS: Readonly<Record<recommender.SellerVector, string>> = {
  [SellerVector.UNSPECIFIED]: 'unknown',
  [SellerVector.NONE]: 'none',
  [SellerVector.OWN]: 'of the version',
  [SellerVector.OF_LISTINGS]: 'made of its listings: the version does not know the seller yet',
};

/** What is known of a seller. */
export function sellerAsText(answer: recommender.GetSellerResponse): string {
  const { context, sellerId, vector, listings, candidateListings, listed, categories } = answer;
  const fallback = fallbackAsText(context);
  const names = categories.map(({ categoryId, listings: size }) => `${categoryId || '(none)'} ${count(size)}`);
  const rows = listed.map((each) => [
    each.productId,
    shortened(each.title),
    each.categoryId,
    each.candidate ? 'yes' : 'no',
    count(each.listings),
    count(each.customers),
  ]);
  return [
    contextAsText(context),
    `${sellerId}: ${count(listings)} listings in the graph, ${count(candidateListings)} of them of candidates.`,
    ...(fallback === undefined ? [] : [fallback]),
    '',
    table([
      ['vector', VECTORS[vector]],
      ['categories', names.join(', ') || '-'],
    ]),
    ...(rows.length === 0
      ? []
      : [
          '',
          table([['LISTS', 'TITLE', 'CATEGORY', 'CANDIDATE', 'LISTINGS', 'CUSTOMERS'], ...rows], [4, 5]),
          ...(listings > rows.length ? [`and ${count(listings - rows.length)} more: --limit`] : []),
        ]),
  ].join('\n');
}
