import { recommender } from '@thaw/contracts';
import { count, duration, table } from '../terminal/format.js';

const TITLE_CHARS = 48;
const { Fallback } = recommender;

const FALLBACKS: Readonly<Partial<Record<recommender.Fallback, string>>> = {
  [Fallback.UNKNOWN_SELLER]: 'The seller is not known: these are the products in demand.',
  [Fallback.SELLER_WITHOUT_LISTINGS]:
    'The seller lists nothing that the graph holds: these are the products in demand.',
  [Fallback.NO_VERSION]: 'No version has passed the gate yet: these are the products in demand.',
};

/** A title that leaves room for other columns. */
export const shortened = (text: string): string =>
  text.length <= TITLE_CHARS ? text : `${text.slice(0, TITLE_CHARS - 1).trimEnd()}…`;

/** Why a product is recommended, in words; empty where nothing was found. */
export function reasonsAsText(reasons: recommender.Reasons | undefined): string {
  if (reasons === undefined) return '';
  const { boughtWith, sameCategoryListings, textSimilarity, similarProductId } = reasons;
  const [first, ...others] = boughtWith;
  const parts: string[] = [];
  if (first !== undefined) {
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    parts.push(
      `${count(first.customers)} customers share it with "${shortened(first.title || first.productId)}"${more}`,
    );
  }
  if (sameCategoryListings > 0) parts.push(`seller lists ${count(sameCategoryListings)} of its category`);
  if (similarProductId !== '' && textSimilarity > 0) {
    parts.push(`text ${textSimilarity.toFixed(2)} like ${similarProductId}`);
  }
  return parts.join('; ');
}

/** Why an answer is not what was asked for; undefined where it is. */
export const fallbackAsText = (context: recommender.AnswerContext | undefined): string | undefined =>
  context && FALLBACKS[context.fallback];

/** What an answer says about itself, on a line. */
export function contextAsText(context: recommender.AnswerContext | undefined): string {
  if (context === undefined) return '';
  const { version, graphSequence, graphAgeSeconds, versionAgeSeconds } = context;
  const served = version === '' ? 'no version yet' : `version ${version}, ${duration(versionAgeSeconds * 1000)} old`;
  return `${served} · graph ${count(graphSequence)}, last change ${duration(graphAgeSeconds * 1000)} ago`;
}

/** The answer as a person reads it. */
export function recommendationsAsText({ context, products }: recommender.RecommendResponse): string {
  const fallback = fallbackAsText(context);
  const why = products.map(({ reasons }) => reasonsAsText(reasons));
  const isExplained = why.some((text) => text !== '');
  const header = [
    '',
    'PRODUCT',
    'TITLE',
    'CATEGORY',
    'SCORE',
    'LISTINGS',
    'CUSTOMERS',
    ...(isExplained ? ['WHY'] : []),
  ];
  const rows = products.map((product, i) => [
    String(i + 1),
    product.productId,
    shortened(product.title),
    product.categoryId,
    product.score.toFixed(3),
    count(product.listings),
    count(product.customers),
    ...(isExplained ? [why[i]!] : []),
  ]);
  return [
    contextAsText(context),
    ...(fallback === undefined ? [] : [fallback]),
    '',
    products.length === 0
      ? 'Nothing to recommend: no candidate is left after the filters.'
      : table([header, ...rows], [0, 4, 5, 6]),
  ].join('\n');
}
