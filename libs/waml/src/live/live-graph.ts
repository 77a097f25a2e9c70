import type { graph as contract } from '@thaw/contracts';
import { applyGraphChange } from '../graph/graph-changes.js';
import type { NodeType } from '../graph/node-types.js';
import type { ReducedGraph } from '../graph/reduced-graph.js';
import type { GraphCopy, ProductText } from '../model/graph-copy.js';
import { wholeGraph } from '../model/model-graph.js';
import { SellerListings } from './seller-listings.js';

/** Is told what a change does to the model's nodes. */
export interface LiveGraphListener {
  /** The node is new, or its edges, demand or text changed: its vector is out of date. */
  touched(node: number): void;
  /** The node left the graph; its number may be given to another. */
  removed(node: number, type: NodeType, id: string): void;
  /** A product's text is new or another one. */
  textChanged(node: number): void;
}

const DEAF: LiveGraphListener = { touched: () => undefined, removed: () => undefined, textChanged: () => undefined };

interface ProductFacts {
  customers: number;
  listings: number;
  candidate: boolean;
  /** Co-interactions that reach the model's threshold. */
  edges: number;
  text: ProductText;
}

const NO_TEXT: ProductText = { title: '', description: '' };

/**
 * A copy of the reduced graph that is kept up to date by changes, seen as a model with a threshold of its own sees it:
 * weaker co-interactions are no edges, and a product that so is neither a candidate nor next to one has no edges at all
 * (as in `modelGraph`).
 */
export class LiveGraph {
  readonly graph: ReducedGraph;
  readonly listings: SellerListings;
  readonly #facts = new Map<number, ProductFacts>();
  #threshold: number;

  constructor({ state, texts }: Pick<GraphCopy, 'state' | 'texts'>) {
    this.#threshold = state.lowestCount;
    this.graph = wholeGraph(state);
    this.listings = new SellerListings(state.listings, state.sellerIds.length, state.productIds.length);
    for (let product = 0; product < state.productIds.length; product++) {
      this.#facts.set(product, {
        customers: state.customers[product]!,
        listings: state.listingCounts[product]!,
        candidate: false,
        edges: this.#countEdges(product),
        text: texts[product]!,
      });
    }
    for (const product of state.candidates) this.#facts.get(product)!.candidate = true;
  }

  /** Co-interactions with a smaller count are no edges of the model. */
  get threshold(): number {
    return this.#threshold;
  }

  /** Sees the graph as another model does, in O(nodes + edges). */
  useThreshold(threshold: number): void {
    if (threshold === this.#threshold) return;
    this.#threshold = threshold;
    for (const [product, fact] of this.#facts) fact.edges = this.#countEdges(product);
  }

  customers = (product: number): number => this.#facts.get(product)?.customers ?? 0;
  listingCount = (product: number): number => this.#facts.get(product)?.listings ?? 0;
  text = (product: number): ProductText => this.#facts.get(product)?.text ?? NO_TEXT;

  /** Whether the model's reduction keeps the product: a candidate, or next to one. */
  isInModel(product: number): boolean {
    const facts = this.#facts.get(product);
    return facts !== undefined && (facts.candidate || facts.edges > 0);
  }

  /**
   * Applies one change; changes come in sequence, each once.
   *
   * @throws ThawError GRAPH_DIVERGED as `applyGraphChange` does
   */
  apply(entry: contract.GraphChange, listener: LiveGraphListener = DEAF): void {
    const { change } = entry;
    switch (change?.$case) {
      case 'edgeAdded':
      case 'edgeRemoved': {
        const { productIdA, productIdB } = change.value;
        const ends = this.#nodes('product', [productIdA, productIdB]);
        const before = this.#isEdge(ends);
        const wereInModel = ends.map((node) => this.isInModel(node));
        applyGraphChange(this.graph, entry);
        const after = this.#isEdge(ends);
        if (!before && !after) return;
        for (const [i, node] of ends.entries()) {
          this.#fact(node).edges += Number(after) - Number(before);
          this.#productTouched(node, wereInModel[i]!, listener);
        }
        return;
      }
      case 'listingAdded':
      case 'listingRemoved': {
        const { sellerId, productId } = change.value;
        applyGraphChange(this.graph, entry);
        const [seller] = this.#nodes('seller', [sellerId]);
        const [product] = this.#nodes('product', [productId]);
        if (change.$case === 'listingAdded') this.listings.add(seller!, product!, change.value.eventTimeMs);
        else this.listings.remove(seller!, product!);
        this.#fact(product!).listings = this.graph.relation('listing').degree(product!);
        listener.touched(seller!);
        listener.touched(product!);
        return;
      }
      case 'productChanged':
        this.#changeProduct(entry, change.value, listener);
        return;
      case 'productRemoved': {
        const { productId } = change.value;
        const [node] = this.#nodes('product', [productId]);
        const categories = this.#categoriesOf(node);
        applyGraphChange(this.graph, entry);
        this.#forgetEmpty(categories, listener);
        if (node === undefined) return;
        this.#facts.delete(node);
        listener.removed(node, 'product', productId);
        return;
      }
      case 'sellerAdded':
        applyGraphChange(this.graph, entry);
        listener.touched(this.graph.nodes.find('seller', change.value.sellerId)!);
        return;
      case 'candidateAdmitted':
      case 'candidateEvicted': {
        applyGraphChange(this.graph, entry);
        const { productId, customers, listings } = change.value;
        const node = this.graph.nodes.find('product', productId)!;
        const wasInModel = this.isInModel(node);
        Object.assign(this.#fact(node), { customers, listings, candidate: change.$case === 'candidateAdmitted' });
        this.#productTouched(node, wasInModel, listener);
        return;
      }
      case undefined:
        applyGraphChange(this.graph, entry);
    }
  }

  #changeProduct(entry: contract.GraphChange, value: contract.ProductChanged, listener: LiveGraphListener): void {
    const { productId, categoryId, title, description, customers, listings } = value;
    const known = this.graph.nodes.find('product', productId);
    const categories = this.#categoriesOf(known);
    const isNewCategory = this.graph.nodes.find('category', categoryId) === undefined;
    applyGraphChange(this.graph, entry);
    const node = this.graph.nodes.find('product', productId)!;
    this.#forgetEmpty(categories, listener);
    const fact = this.#fact(node);
    const sameText = known !== undefined && fact.text.title === title && fact.text.description === description;
    Object.assign(fact, { customers, listings, text: { title, description } });
    if (!sameText) listener.textChanged(node);
    listener.touched(node);
    const category = this.graph.nodes.find('category', categoryId);
    if (isNewCategory && category !== undefined) listener.touched(category);
  }

  /** A product that enters or leaves the model takes its listings with it. */
  #productTouched(node: number, wasInModel: boolean, listener: LiveGraphListener): void {
    listener.touched(node);
    if (wasInModel === this.isInModel(node)) return;
    for (const seller of this.graph.relation('listing').neighbours(node)) listener.touched(seller);
  }

  #categoriesOf(node: number | undefined): { node: number; id: string }[] {
    if (node === undefined) return [];
    const { nodes } = this.graph;
    return Array.from(this.graph.relation('category').neighbours(node), (n) => ({ node: n, id: nodes.id(n)! }));
  }

  #forgetEmpty(categories: readonly { node: number; id: string }[], listener: LiveGraphListener): void {
    for (const { node, id } of categories) {
      if (this.graph.nodes.find('category', id) === undefined) listener.removed(node, 'category', id);
    }
  }

  #fact(node: number): ProductFacts {
    let fact = this.#facts.get(node);
    if (fact === undefined) {
      fact = { customers: 0, listings: 0, candidate: false, edges: 0, text: NO_TEXT };
      this.#facts.set(node, fact);
    }
    return fact;
  }

  /** Nodes of the ids that are there. */
  #nodes(type: NodeType, ids: readonly string[]): number[] {
    return ids.map((id) => this.graph.nodes.find(type, id)).filter((node) => node !== undefined);
  }

  #isEdge([a, b]: readonly number[]): boolean {
    return a !== undefined && b !== undefined && this.graph.relation('co-interaction').count(a, b) >= this.#threshold;
  }

  #countEdges(product: number): number {
    let edges = 0;
    for (const count of this.graph.relation('co-interaction').counts(product) ?? [])
      if (count >= this.#threshold) edges++;
    return edges;
  }
}
