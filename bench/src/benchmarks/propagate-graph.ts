import { buildCsr, type PropagationGraph } from '@thaw/waml';

/**
 * A reduced graph with the proportions of METHOD's Table 5: of 31 nodes 30 are products and one is a seller, a hundred
 * are categories; of 12 edges 8 join products, 1 is a listing and 3 are category edges. Popularity falls as a power of
 * the rank, and who is popular is spread over all node numbers. Nothing else brings neighbours together: it is harder
 * on the caches than a real shop.
 */
export function reducedGraph(nodes: number, edges: number, seed: number): PropagationGraph {
  const random = generator(seed);
  const categories = Math.min(100, Math.floor(nodes / 100) + 1);
  const sellers = Math.floor((nodes - categories) / 31) + 1;
  const products = nodes - sellers - categories;
  const product = shuffled(products, random);
  const popular = (count: number): number => Math.floor(count * random() ** 2);
  const first = new Uint32Array(edges);
  const second = new Uint32Array(edges);
  const listings = Math.floor(edges / 12);
  const inCategory = Math.min(products, Math.floor(edges / 4));
  for (let e = 0; e < edges; e++) {
    if (e < inCategory) {
      first[e] = e;
      second[e] = products + sellers + popular(categories);
    } else {
      first[e] = product[popular(products)]!;
      second[e] = e < inCategory + listings ? products + popular(sellers) : product[popular(products)]!;
    }
  }
  const { offsets, neighbours } = buildCsr(nodes, { first, second });
  return { rows: nodes, offsets, neighbours };
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(count: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
