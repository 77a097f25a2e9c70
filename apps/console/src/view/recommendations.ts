import { clipped, count, counted } from './format.js';

/** The answer of the gateway: protobuf's JSON, which leaves out what is 0 or empty. */
export interface AnswerJson {
  readonly context?: {
    readonly version?: string;
    readonly graphSequence?: number;
    readonly fallback?: string;
  };
  readonly products?: readonly ProductJson[];
}

interface ProductJson {
  readonly productId: string;
  readonly title?: string;
  readonly categoryId?: string;
  readonly score?: number;
  readonly listings?: number;
  readonly customers?: number;
  readonly reasons?: {
    readonly boughtWith?: readonly {
      readonly productId: string;
      readonly title?: string;
      readonly customers?: number;
    }[];
    readonly sameCategoryListings?: number;
    readonly textSimilarity?: number;
    readonly similarProductId?: string;
  };
}

/** One of the seller's listings that speaks for a product. */
export interface ListingEvidence {
  readonly productId: string;
  /** Its id where the title is not told. */
  readonly title: string;
  /** Customers that share it with the product; 0 where it is there for its text alone. */
  readonly customers: number;
  /** Cosine of the texts, of the listing whose text is nearest; undefined for the others. */
  readonly textSimilarity: number | undefined;
}

export interface Recommended {
  readonly productId: string;
  readonly title: string;
  readonly categoryId: string;
  readonly score: number;
  readonly listings: number;
  readonly customers: number;
  readonly evidence: readonly ListingEvidence[];
  readonly sameCategoryListings: number;
}

export interface Answer {
  readonly version: string;
  /** Why the answer is not what was asked for; undefined where it is. */
  readonly fallback: string | undefined;
  readonly products: readonly Recommended[];
}

const FALLBACKS: Readonly<Record<string, string>> = {
  FALLBACK_UNKNOWN_SELLER: 'This seller is not known. These are the candidates that customers want most.',
  FALLBACK_SELLER_WITHOUT_LISTINGS: 'This seller lists nothing in the graph. These are the candidates in demand.',
  FALLBACK_NO_VERSION: 'No version has passed the gate yet. These are the candidates that customers want most.',
  FALLBACK_NO_VECTOR: 'Nothing this seller lists has a vector yet. These are the candidates in demand.',
};

/** Reads an answer of the gateway. */
export function readAnswer({ context, products = [] }: AnswerJson): Answer {
  return {
    version: context?.version ?? '',
    fallback: FALLBACKS[context?.fallback ?? ''],
    products: products.map((product) => ({
      productId: product.productId,
      title: product.title || product.productId,
      categoryId: product.categoryId ?? '',
      score: product.score ?? 0,
      listings: product.listings ?? 0,
      customers: product.customers ?? 0,
      evidence: evidenceOf(product.reasons),
      sameCategoryListings: product.reasons?.sameCategoryListings ?? 0,
    })),
  };
}

function evidenceOf(reasons: ProductJson['reasons']): readonly ListingEvidence[] {
  const { boughtWith = [], textSimilarity = 0, similarProductId = '' } = reasons ?? {};
  const similarityOf = (id: string) => (id === similarProductId ? textSimilarity : undefined);
  const listings = boughtWith.map(({ productId, title, customers = 0 }) => ({
    productId,
    title: title || productId,
    customers,
    textSimilarity: similarityOf(productId),
  }));
  const isThere = listings.some(({ productId }) => productId === similarProductId);
  if (similarProductId === '' || isThere) return listings;
  return [...listings, { productId: similarProductId, title: similarProductId, customers: 0, textSimilarity }];
}

/** Why the product is recommended, a sentence each, the strongest first. */
export function evidenceInWords(seller: string, product: Recommended): readonly string[] {
  const sentences = product.evidence.map(({ title, customers, textSimilarity }) => {
    const parts: string[] = [];
    if (customers > 0) parts.push(`${counted(customers, 'customer')} had both`);
    if (textSimilarity !== undefined) parts.push(`its text is the nearest, at ${textSimilarity.toFixed(2)}`);
    return `${seller} lists “${clipped(title, 80)}”: ${parts.join(', and ')}.`;
  });
  if (product.sameCategoryListings > 0) {
    const listed = counted(product.sameCategoryListings, 'product');
    sentences.push(`${seller} lists ${listed} of its category, ${product.categoryId}.`);
  }
  if (sentences.length === 0) sentences.push(`It is in demand: ${counted(product.customers, 'customer')} had it.`);
  return sentences;
}

/** "38 customers · 2 listings". */
export const demandInWords = ({ customers, listings }: Recommended): string =>
  `${counted(customers, 'customer')} · ${listings === 0 ? 'no listing yet' : `${count(listings)} ${listings === 1 ? 'listing' : 'listings'}`}`;
