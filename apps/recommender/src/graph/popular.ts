import type { ServingGraph } from './serving-graph.js';

/** How many are kept ready: filters rarely leave fewer than a call asks for. */
const KEPT = 4096;
const FRESH_MS = 1000;

/** The candidates in demand: most customers first, ties by product id. */
export class PopularCandidates {
  #graph: ServingGraph | undefined;
  #ranked: Uint32Array = new Uint32Array(0);
  #rankedAt = -Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The `limit` best that are candidates now and accepted. Admissions are seen within a second, evictions at once. */
  top(graph: ServingGraph, limit: number, accept: (product: number) => boolean): number[] {
    const { products } = graph;
    const isCandidate = (product: number): boolean => products.isCandidate(product) && accept(product);
    if (graph !== this.#graph || this.now() - this.#rankedAt > FRESH_MS) {
      this.#ranked = Uint32Array.from(mostInDemand(graph, KEPT, () => true));
      this.#graph = graph;
      this.#rankedAt = this.now();
    }
    const found: number[] = [];
    for (const product of this.#ranked) {
      if (!isCandidate(product)) continue;
      found.push(product);
      if (found.length === limit) return found;
    }
    return this.#ranked.length < KEPT ? found : mostInDemand(graph, limit, isCandidate);
  }
}

/**
 * The `limit` accepted candidates with the most customers, ties by product id: a scan of all candidates with a heap of
 * those kept, the worst of them on top.
 */
export function mostInDemand(
  { products }: ServingGraph,
  limit: number,
  accept: (product: number) => boolean,
): number[] {
  const { customers, ids } = products;
  const isBefore = (a: number, b: number): boolean =>
    customers[a]! !== customers[b]! ? customers[a]! > customers[b]! : ids.id(a) < ids.id(b);
  const heap: number[] = [];
  const swap = (i: number, j: number): void => {
    [heap[i], heap[j]] = [heap[j]!, heap[i]!];
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[worst]!, heap[child]!)) worst = child;
      }
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  };
  for (const product of products.candidates) {
    if (!accept(product)) continue;
    if (heap.length < limit) {
      heap.push(product);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isBefore(heap[parent]!, heap[at]!)) break;
        swap(at, parent);
        at = parent;
      }
    } else if (limit > 0 && isBefore(product, heap[0]!)) {
      heap[0] = product;
      sink();
    }
  }
  return heap.sort((a, b) => (isBefore(a, b) ? -1 : 1));
}
