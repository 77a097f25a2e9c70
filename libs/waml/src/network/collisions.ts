/** A logit that the softmax makes 0, and that float32 adds without overflow. */
const EXCLUDED = -1e9;

/** The nodes of a batch's N edges: edge i joins `sellers[i]` and `products[i]`. Any numbering. */
export interface BatchEdges {
  readonly sellers: ArrayLike<number>;
  readonly products: ArrayLike<number>;
}

/**
 * What is added to the logits `[N, 2N]` of N sellers against the batch's products, then its sellers: 0 for a negative
 * and for the true product, −1e9 for what is neither. That is the seller itself, wherever it stands in the batch;
 * products that the batch knows it to list; and the true product's other places.
 */
export function collisionMask(edges: BatchEdges): Float32Array {
  const columns = 2 * edges.sellers.length;
  const mask = new Float32Array(edges.sellers.length * columns);
  eachCollision(edges, (edge, column) => (mask[columns * edge + column] = EXCLUDED));
  return mask;
}

/** The same as lists: edge i has those of `columns` from `starts[i]` to before `starts[i + 1]`, some of them twice. */
export function collisionLists(edges: BatchEdges): { starts: Int32Array; columns: Int32Array } {
  const found: number[] = [];
  const starts = new Int32Array(edges.sellers.length + 1);
  eachCollision(edges, (edge, column) => {
    found.push(edge, column);
    starts[edge + 1]!++;
  });
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const next = starts.slice();
  const columns = new Int32Array(found.length / 2);
  for (let k = 0; k < found.length; k += 2) columns[next[found[k]!]!++] = found[k + 1]!;
  return { starts, columns };
}

/** Tells of every column of the logits that is no negative of an edge, of some more than once. */
function eachCollision({ sellers, products }: BatchEdges, exclude: (edge: number, column: number) => void): void {
  const edges = sellers.length;
  for (let i = 0; i < edges; i++) exclude(i, edges + i);
  for (const group of groups(sellers)) {
    const listed = new Set(group.map((i) => products[i]!));
    for (const i of group) {
      for (const j of group) exclude(i, edges + j);
      for (let j = 0; j < (listed.size > 1 ? edges : 0); j++) if (j !== i && listed.has(products[j]!)) exclude(i, j);
    }
  }
  for (const group of groups(products)) {
    for (const i of group) for (const j of group) if (i !== j) exclude(i, j);
  }
}

/**
 * For the triplet loss: the edge whose product is edge i's negative, `shift` places on, and 1 where it is one, 0 where
 * it is a product that the batch knows the seller to list.
 */
export function tripletWeights({ sellers, products }: BatchEdges, shift: number): Float32Array {
  const listed = new Map<number, Set<number>>();
  for (let i = 0; i < sellers.length; i++) {
    const own = listed.get(sellers[i]!);
    if (own === undefined) listed.set(sellers[i]!, new Set([products[i]!]));
    else own.add(products[i]!);
  }
  return Float32Array.from({ length: sellers.length }, (_, i) =>
    listed.get(sellers[i]!)!.has(products[(i + shift) % sellers.length]!) ? 0 : 1,
  );
}

/** The places of every value that stands more than once. */
function groups(values: ArrayLike<number>): number[][] {
  const places = new Map<number, number[]>();
  for (let i = 0; i < values.length; i++) {
    const known = places.get(values[i]!);
    if (known === undefined) places.set(values[i]!, [i]);
    else known.push(i);
  }
  return [...places.values()].filter((group) => group.length > 1);
}
