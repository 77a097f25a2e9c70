import type { recommender } from '@thaw/contracts';
import type { ServingGraph } from '../graph/serving-graph.js';
import { cosine, textColumns, type VersionVectors } from '../versions/version-vectors.js';
import { Marks } from './marks.js';

const MOST_BOUGHT_WITH = 5;
/** Texts of this many of the seller's newest listings are compared, at most. */
const TEXTS_COMPARED = 200;

/** Shared by all calls: each answer is made in one go. */
const listed = new Marks();

interface ListedText {
  readonly product: number;
  readonly row: Float32Array;
}

/** Gives the reasons for products found for one seller: from its listings, the edges of the live graph, and the texts. */
export class Reasoner {
  readonly #texts: readonly ListedText[];
  readonly #columns: readonly [number, number] | undefined;
  readonly #byCategory = new Map<number, number>();

  constructor(
    private readonly graph: ServingGraph,
    private readonly vectors: VersionVectors | undefined,
    listings: Uint32Array,
  ) {
    const { products } = graph;
    listed.reset(listings, products.ids.capacity);
    for (const product of listings) {
      const category = products.category[product]!;
      if (products.categoryId(product) !== '') {
        this.#byCategory.set(category, (this.#byCategory.get(category) ?? 0) + 1);
      }
    }
    this.#columns = vectors && textColumns(vectors.layout);
    this.#texts =
      vectors === undefined || this.#columns === undefined
        ? []
        : [...listings.subarray(-TEXTS_COMPARED)].flatMap((product) => {
            const row = vectors.vectorOf('product', products.ids.id(product));
            return row === undefined ? [] : [{ product, row }];
          });
  }

  of(product: number): recommender.Reasons {
    const [nearest] = this.nearListings(product, 1);
    return {
      boughtWith: this.boughtWith(product, MOST_BOUGHT_WITH).strongest,
      sameCategoryListings: this.sameCategoryListings(product),
      textSimilarity: nearest?.similarity ?? 0,
      similarProductId: nearest?.productId ?? '',
    };
  }

  /** Listings of the product's category; 0 where it has none. */
  sameCategoryListings(product: number): number {
    return this.#byCategory.get(this.graph.products.category[product]!) ?? 0;
  }

  /** The edges to the seller's listings with the largest counts, and how many there are. */
  boughtWith(product: number, most: number): StrongestEdges {
    return strongestEdges(this.graph, product, most, (other) => listed.has(other));
  }

  /** The listings with the nearest texts, the nearest first; none where the version has no channel of plain texts. */
  nearListings(product: number, most: number): recommender.NearListing[] {
    const { products } = this.graph;
    const own = this.vectors?.vectorOf('product', products.ids.id(product));
    const columns = this.#columns;
    if (own === undefined || columns === undefined) return [];
    const near: { readonly product: number; readonly similarity: number }[] = [];
    for (const { product: other, row } of this.#texts) {
      if (other === product) continue;
      const similarity = cosine(own, row, columns);
      if (near.length === most && similarity <= near.at(-1)!.similarity) continue;
      const place = near.findIndex((each) => similarity > each.similarity);
      near.splice(place < 0 ? near.length : place, 0, { product: other, similarity });
      if (near.length > most) near.pop();
    }
    return near.map(({ product: other, similarity }) => ({
      productId: products.ids.id(other),
      title: products.titles[other]!,
      similarity,
    }));
  }
}

export interface StrongestEdges {
  readonly strongest: recommender.BoughtWith[];
  readonly total: number;
}

/** The edges of a product with the largest counts, ties by product id, of those whose other end is accepted. */
export function strongestEdges(
  { neighbours, shared, products }: ServingGraph,
  product: number,
  most: number,
  accept: (other: number) => boolean,
): StrongestEdges {
  const [start, counts] = [neighbours.start(product), shared.start(product)];
  const edges: { readonly other: number; readonly customers: number }[] = [];
  for (let i = 0; i < neighbours.length(product); i++) {
    const other = neighbours.data[start + i]!;
    if (accept(other)) edges.push({ other, customers: shared.data[counts + i]! });
  }
  const id = (other: number): string => products.ids.id(other);
  edges.sort((a, b) => b.customers - a.customers || (id(a.other) < id(b.other) ? -1 : 1));
  const strongest = edges.slice(0, most).map(({ other, customers }) => ({
    productId: id(other),
    title: products.titles[other]!,
    customers,
  }));
  return { strongest, total: edges.length };
}
