import { type graph, recommender } from '@thaw/contracts';
import { contextAsText, fallbackAsText, shortened } from '../recommend/as-text.js';
import { count, percent, table } from '../terminal/format.js';
import { candidateAsText } from './graph-facts.js';

const { Standing } = recommender;

function verdict({ standing, rank }: recommender.ExplainResponse): string {
  switch (standing) {
    case Standing.RANKED:
      return `recommended, rank ${count(rank)}`;
    case Standing.OUTRANKED:
      return 'a candidate, but not among the first 1,000';
    case Standing.LISTED_BY_SELLER:
      return 'not recommended: the seller lists it already';
    case Standing.WARM:
      return 'not recommended: enough sellers list it';
    case Standing.LITTLE_DEMAND:
      return 'not recommended: too few customers';
    case Standing.HELD_BACK:
      return 'not recommended: a hysteresis setting holds it back';
    case Standing.NOT_IN_GRAPH:
      return 'not recommended: neither a candidate nor in an edge with one';
    case Standing.WITHOUT_VECTOR:
      return 'not recommended yet: the version has no vector of it';
    case Standing.UNSPECIFIED:
      return 'of unknown standing';
  }
}

/** The evidence as a person reads it. @param facts what apps/graph knows of the product; undefined where it is away */
export function explanationAsText(
  answer: recommender.ExplainResponse,
  facts: graph.GetProductResponse | undefined,
): string {
  const { context, productId, sellerId, standing, rank, sellerListings, sameCategoryListings, categoryId } = answer;
  const title = answer.title === '' ? '' : ` "${shortened(answer.title)}"`;
  const fallback = fallbackAsText(context);
  const isOnlyHypothetical = standing !== Standing.RANKED && rank > 0;
  const facing = [
    ['candidate', facts === undefined ? candidateByCopy(answer) : candidateAsText(facts)],
    ['seller', `${count(sellerListings)} of its listings are in the graph`],
    [
      'category',
      categoryId === '' ? '-' : `${categoryId}: the seller lists ${count(sameCategoryListings)} other of it`,
    ],
    ...(isOnlyHypothetical ? [['rank', `${count(rank)} is where its score would place it`]] : []),
  ];
  return [
    contextAsText(context),
    `${productId}${title} for ${sellerId}: ${verdict(answer)}.`,
    ...(fallback === undefined ? [] : [fallback]),
    '',
    table(facing),
    ...section(...shares(answer)),
    ...section(...boughtWith(answer)),
    ...section(...nearTexts(answer)),
  ].join('\n');
}

function candidateByCopy({ candidate, listings, customers, maxListings, minCustomers }: recommender.ExplainResponse) {
  return (
    `${candidate ? 'yes' : 'no'}: ${count(listings)} listings (fewer than ${maxListings} needed), ` +
    `about ${count(customers)} customers (${minCustomers} needed); apps/graph, which knows better, does not answer`
  );
}

const section = (heading: string, rows: readonly (readonly string[])[], right: readonly number[]): string[] =>
  rows.length <= 1 ? ['', heading] : ['', heading, table(rows, right)];

type Section = Parameters<typeof section>;

function shares({ channels, score, customers }: recommender.ExplainResponse): Section {
  if (channels.length === 0) {
    const why = score === 0 ? 'none: the seller or the product has no vector' : `${count(customers)} customers`;
    return [`Score: ${why}`, [], []];
  }
  const rows = channels.map(({ channel, share, weight, dimensions }) => [
    channel,
    share.toFixed(4),
    score === 0 ? '-' : percent(share / score),
    weight.toFixed(3),
    count(dimensions),
  ]);
  return [
    `Score: ${score.toFixed(4)}, made of`,
    [['CHANNEL', 'SHARE', 'OF SCORE', 'WEIGHT', 'DIMENSIONS'], ...rows],
    [1, 2, 3, 4],
  ];
}

function boughtWith({ boughtWith: edges, boughtWithTotal }: recommender.ExplainResponse): Section {
  if (boughtWithTotal === 0) return ['Bought with: none of the listings of the seller shares an edge with it', [], []];
  const shown = edges.length < boughtWithTotal ? `, the first ${edges.length}` : '';
  const rows = edges.map(({ productId, title, customers }) => [productId, shortened(title), count(customers)]);
  return [
    `Bought with ${count(boughtWithTotal)} of the listings of the seller${shown}:`,
    [['PRODUCT', 'TITLE', 'CUSTOMERS IN COMMON'], ...rows],
    [2],
  ];
}

function nearTexts({ nearListings }: recommender.ExplainResponse): Section {
  if (nearListings.length === 0) return ['Texts: none to compare, or the version does not compare texts', [], []];
  const rows = nearListings.map(({ productId, title, similarity }) => [
    productId,
    shortened(title),
    similarity.toFixed(3),
  ]);
  return ['Nearest texts among the listings of the seller:', [['PRODUCT', 'TITLE', 'COSINE'], ...rows], [2]];
}
