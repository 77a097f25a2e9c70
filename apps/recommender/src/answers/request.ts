import { LIMITS, type recommender, ThawError } from '@thaw/contracts';
import type { FieldViolation } from '@thaw/platform';

/** What a call may ask for, at most. */
export const REQUEST_LIMITS = {
  limit: 1000,
  listedProducts: 1000,
  categories: 100,
  exclude: 1000,
  idCharacters: LIMITS.idBytes,
  /** Of an encoded request: the largest lists with ids of typical length. */
  bytes: 512 * 1024,
} as const;

const DEFAULT_LIMIT = 20;

/** A call to Recommend that has been checked. */
export interface RecommendQuery {
  readonly seller: { readonly id: string } | { readonly lists: readonly string[] };
  readonly limit: number;
  /** Undefined: all. */
  readonly categories: ReadonlySet<string> | undefined;
  readonly exclude: ReadonlySet<string>;
  readonly explain: boolean;
}

/** @throws ThawError REQUEST_INVALID that names every field that is wrong, in `details.violations` */
export function checkRecommend(request: recommender.RecommendRequest): RecommendQuery {
  const problems = new Problems();
  const { seller, categoryIds, excludeProductIds, explain } = request;
  if (seller === undefined) problems.add('seller', 'name a seller_id, or listed_products for a seller that is new');
  else if (seller.$case === 'sellerId') problems.id('seller_id', seller.value);
  else problems.ids('listed_products.product_ids', seller.value.productIds, REQUEST_LIMITS.listedProducts, 1);
  const limit = problems.limit(request.limit);
  problems.ids('category_ids', categoryIds, REQUEST_LIMITS.categories);
  problems.ids('exclude_product_ids', excludeProductIds, REQUEST_LIMITS.exclude);
  problems.throwAny();
  return {
    seller: seller!.$case === 'sellerId' ? { id: seller!.value } : { lists: [...new Set(seller!.value.productIds)] },
    limit,
    categories: categoryIds.length === 0 ? undefined : new Set(categoryIds),
    exclude: new Set(excludeProductIds),
    explain,
  };
}

export interface SimilarQuery {
  readonly productId: string;
  readonly limit: number;
}

/** @throws ThawError REQUEST_INVALID */
export function checkSimilar({ productId, limit }: recommender.SimilarRequest): SimilarQuery {
  const problems = new Problems();
  problems.id('product_id', productId);
  const checked = { productId, limit: problems.limit(limit) };
  problems.throwAny();
  return checked;
}

/** @throws ThawError REQUEST_INVALID */
export function checkGetProduct({ productId }: recommender.GetProductRequest): string {
  const problems = new Problems();
  problems.id('product_id', productId);
  problems.throwAny();
  return productId;
}

/** @throws ThawError REQUEST_INVALID */
export function checkExplain({ sellerId, productId }: recommender.ExplainRequest): void {
  const problems = new Problems();
  problems.id('seller_id', sellerId);
  problems.id('product_id', productId);
  problems.throwAny();
}

/** @throws ThawError REQUEST_INVALID */
export function checkGetSeller({ sellerId, limit }: recommender.GetSellerRequest): { readonly limit: number } {
  const problems = new Problems();
  problems.id('seller_id', sellerId);
  const checked = { limit: problems.limit(limit) };
  problems.throwAny();
  return checked;
}

/** A page of candidates that is asked for. */
export interface CandidatesQuery {
  readonly minListings: number;
  readonly maxListings: number;
  /** Undefined: all. */
  readonly categoryId: string | undefined;
  readonly limit: number;
  /** The last candidate of the page before. */
  readonly after: { readonly customers: number; readonly productId: string } | undefined;
}

/** @throws ThawError REQUEST_INVALID */
export function checkListCandidates(request: recommender.ListCandidatesRequest): CandidatesQuery {
  const problems = new Problems();
  const { minListings, maxListings = Infinity, categoryId, pageToken } = request;
  if (maxListings < minListings) problems.add('max_listings', `is less than min_listings, ${minListings}`);
  if (categoryId !== '') problems.id('category_id', categoryId);
  const limit = problems.limit(request.limit);
  const after = pageToken === '' ? undefined : readPageToken(pageToken);
  if (after === undefined && pageToken !== '') problems.add('page_token', 'is none that a page before gave');
  problems.throwAny();
  return { minListings, maxListings, categoryId: categoryId === '' ? undefined : categoryId, limit, after };
}

/** Names the place after a candidate in the order of the list. */
export const pageToken = (customers: number, productId: string): string => `${customers}.${productId}`;

function readPageToken(token: string): CandidatesQuery['after'] {
  const [, customers, productId] = /^(\d{1,10})\.(.+)$/s.exec(token) ?? [];
  if (productId === undefined || productId.length > REQUEST_LIMITS.idCharacters) return undefined;
  return { customers: Number(customers), productId };
}

class Problems {
  readonly #violations: FieldViolation[] = [];

  add(field: string, description: string): void {
    this.#violations.push({ field, description });
  }

  id(field: string, id: string): void {
    if (id === '') this.add(field, 'must not be empty');
    if (id.length > REQUEST_LIMITS.idCharacters) {
      this.add(field, `has ${id.length} characters; ${REQUEST_LIMITS.idCharacters} are allowed`);
    }
  }

  ids(field: string, ids: readonly string[], most: number, least = 0): void {
    if (ids.length < least) this.add(field, `must name at least ${least}`);
    if (ids.length > most) this.add(field, `names ${ids.length}; ${most} are allowed`);
    else ids.forEach((id, i) => this.id(`${field}[${i}]`, id));
  }

  /** 0 is what protobuf says for a field that was not sent. */
  limit(limit: number): number {
    if (!Number.isInteger(limit) || limit < 0) this.add('limit', 'must be a whole number, 1 or more');
    else if (limit > REQUEST_LIMITS.limit) this.add('limit', `is ${limit}; ${REQUEST_LIMITS.limit} is the most`);
    return limit === 0 ? DEFAULT_LIMIT : limit;
  }

  throwAny(): void {
    const violations = this.#violations;
    if (violations.length === 0) return;
    const list = violations.slice(0, 3).map(({ field, description }) => `${field} ${description}`);
    const more = violations.length > 3 ? `, and ${violations.length - 3} more` : '';
    throw new ThawError('REQUEST_INVALID', `The request cannot be answered: ${list.join('; ')}${more}.`, {
      details: { violations },
    });
  }
}
