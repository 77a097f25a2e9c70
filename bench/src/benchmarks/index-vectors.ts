import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildCsr, NodeHasher, PAPER_ALPHAS, PropagationPool, type PropagationGraph } from '@thaw/waml';

const PER_NICHE = 50;
const PER_GROUP = 1_000;
const CO_INTERACTIONS = 6;
const MOST_LISTINGS = 42;

export interface MarketVectors {
  /** `[products, dimensions]`, rows of length 1. */
  readonly products: Float32Array;
  /** `[sellers, dimensions]`, rows of length 1. */
  readonly sellers: Float32Array;
}

/**
 * What the index is for: hashed nodes, propagated five layers over a graph in which products are bought together mostly
 * within niches of 50 and groups of 1,000, a few are popular, and sellers list few products, mostly of one niche. A tenth
 * as many sellers as products.
 */
export async function marketVectors(count: number, dimensions: number, workers: number): Promise<MarketVectors> {
  const graph = market(count, Math.ceil(count / 10));
  const hasher = new NodeHasher({ seed: 1, kind: 'dense', dimensions });
  const keys = new Int32Array(new SharedArrayBuffer(8 * graph.rows));
  for (let node = 0; node < graph.rows; node++) hasher.key(`node:${node}`, keys.subarray(2 * node, 2 * node + 2));
  const input = { hashes: [{ kind: hasher.kind, keys }] };
  const kernel = readFileSync(fileURLToPath(import.meta.resolve('@thaw/waml/kernel.wasm')));
  const pool = await PropagationPool.open({ kernel, workers });
  try {
    const rows = await pool.propagate(graph, input, { dimensions, alphas: PAPER_ALPHAS });
    normalise(rows, dimensions);
    return { products: rows.subarray(0, count * dimensions), sellers: rows.subarray(count * dimensions) };
  } finally {
    await pool.close();
  }
}

/** Products first, then sellers. */
function market(products: number, sellers: number): PropagationGraph {
  const random = generator(1);
  const niches = Math.max(1, Math.floor(products / PER_NICHE));
  const groups = Math.max(1, Math.floor(products / PER_GROUP));
  const popular = (count: number): number => Math.floor(count * random() ** 2);
  const inNiche = (niche: number): number => niche + niches * popular(Math.floor((products - 1 - niche) / niches) + 1);
  const inGroup = (group: number): number => inNiche(group + groups * Math.floor((random() * niches) / groups - 1e-9));
  const near = (niche: number): number => {
    const chance = random();
    if (chance < 0.6) return inNiche(niche);
    return chance < 0.92 ? Math.min(products - 1, inGroup(niche % groups)) : popular(products);
  };
  const first: number[] = [];
  const second: number[] = [];
  const link = (from: number, niche: number): void => {
    const to = near(niche);
    if (from !== to) second[first.push(from) - 1] = to;
  };
  for (let product = 0; product < products; product++)
    for (let i = 0; i < CO_INTERACTIONS; i++) link(product, product % niches);
  for (let seller = 0; seller < sellers; seller++) {
    const niche = Math.floor(random() * niches);
    const listings = 2 + Math.floor((MOST_LISTINGS - 2) * random() ** 3);
    for (let i = 0; i < listings; i++) link(products + seller, niche);
  }
  const edges = { first: Uint32Array.from(first), second: Uint32Array.from(second) };
  const { offsets, neighbours } = buildCsr(products + sellers, edges);
  return { rows: products + sellers, offsets, neighbours };
}

function normalise(rows: Float32Array, dimensions: number): void {
  for (let at = 0; at < rows.length; at += dimensions) {
    const row = rows.subarray(at, at + dimensions);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let i = 0; i < dimensions; i++) row[i]! /= length;
  }
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
