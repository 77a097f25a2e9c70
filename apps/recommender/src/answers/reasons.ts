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
    const nearest = this.#nearestText(product);
    return {
      boughtWith: this.#boughtWith(product),
      sameCategoryListings: this.#byCategory.get(this.graph.products.category[product]!) ?? 0,
      textSimilarity: nearest?.similarity ?? 0,
      similarProductId: nearest === undefined ? '' : this.graph.products.ids.id(nearest.product),
    };
  }

  /** The edges to the seller's listings with the largest counts, ties by product id. */
  #boughtWith(product: number): recommender.BoughtWith[] {
    const { neighbours, shared, products } = this.graph;
    const [start, counts] = [neighbours.start(product), shared.start(product)];
    const edges: { readonly other: number; readonly customers: number }[] = [];
    for (let i = 0; i < neighbours.length(product); i++) {
      const other = neighbours.data[start + i]!;
      if (listed.has(other)) edges.push({ other, customers: shared.data[counts + i]! });
    }
    const id = (other: number): string => products.ids.id(other);
    edges.sort((a, b) => b.customers - a.customers || (id(a.other) < id(b.other) ? -1 : 1));
    return edges.slice(0, MOST_BOUGHT_WITH).map(({ other, customers }) => ({
      productId: id(other),
      title: products.titles[other]!,
      customers,
    }));
  }

  #nearestText(product: number): { readonly product: number; readonly similarity: number } | undefined {
    const own = this.vectors?.vectorOf('product', this.graph.products.ids.id(product));
    const columns = this.#columns;
    if (own === undefined || columns === undefined) return undefined;
    let best: { product: number; similarity: number } | undefined;
    for (const { product: other, row } of this.#texts) {
      const similarity = cosine(own, row, columns);
      if (best === undefined || similarity > best.similarity) best = { product: other, similarity };
    }
    return best;
  }
}
