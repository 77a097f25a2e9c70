import { DirectoryBundleStore, writeIds, writeVectors, FILES } from '@thaw/bundle';
import { operator, prefixedTopic } from '@thaw/contracts';
import type { RecordSink } from '@thaw/kafka';
import { buildIndex } from '@thaw/index';
import { Random } from '@thaw/simulator';
import { join } from 'node:path';

const CHANNELS = [
  { name: 'id-hash', dimensions: 8, weight: 0.7 },
  { name: 'text-profile', dimensions: 6, weight: 0.4 },
];
export const TOY_DIMENSIONS = 15;

/** A version of random vectors for given nodes, for those who test what is served, not how well. */
export interface ToyVersion {
  readonly version: string;
  readonly products: ReadonlyMap<string, Float32Array>;
  readonly sellers: ReadonlyMap<string, Float32Array>;
}

/** A folded row: unit channels with their weights and a small bias, or as a seller has it. */
export function toyVector(seed: number, type: 'product' | 'seller'): Float32Array {
  const random = new Random(seed);
  const row = new Float32Array(TOY_DIMENSIONS);
  let at = 0;
  for (const { dimensions, weight } of CHANNELS) {
    const channel = Array.from({ length: dimensions }, () => random.float() - 0.5);
    const norm = Math.hypot(...channel);
    for (const value of channel) row[at++] = (value / norm) * (type === 'product' ? weight : 1);
  }
  row[at] = type === 'product' ? random.float() * 0.1 : 1;
  return row;
}

export const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

export interface ToyVersionOptions {
  readonly bundleDir: string;
  readonly version: string;
  readonly products: readonly string[];
  /** Of the products; default: all. */
  readonly candidates?: readonly string[];
  readonly sellers: readonly string[];
  readonly seed: number;
  readonly kind?: 'exact' | 'hnsw';
}

/** Publishes the bundle; the version is not announced yet. */
export async function publishToyVersion(options: ToyVersionOptions): Promise<ToyVersion> {
  const { bundleDir, version, products, candidates = products, sellers, seed, kind = 'exact' } = options;
  const rowsOf = (ids: readonly string[], type: 'product' | 'seller') =>
    new Map(ids.map((id, i) => [id, toyVector(seed * 100_003 + i * 2 + (type === 'seller' ? 1 : 0), type)]));
  const toy = { version, products: rowsOf(products, 'product'), sellers: rowsOf(sellers, 'seller') };
  const store = await DirectoryBundleStore.open(bundleDir);
  const staged = await store.stage(version);
  const matrix = (rows: ReadonlyMap<string, Float32Array>): Float32Array => {
    const all = new Float32Array(rows.size * TOY_DIMENSIONS);
    [...rows.values()].forEach((row, i) => all.set(row, i * TOY_DIMENSIONS));
    return all;
  };
  const vectors = matrix(toy.products);
  const rows = Uint32Array.from(candidates, (id) => products.indexOf(id));
  await writeVectors(staged.folder, {
    dimensions: TOY_DIMENSIONS,
    counts: { products: products.length, sellers: sellers.length },
    products: vectors,
    sellers: matrix(toy.sellers),
    candidates: rows,
  });
  await writeIds(staged.folder, FILES.products, products);
  await writeIds(staged.folder, FILES.sellers, sellers);
  const settings =
    kind === 'exact' ? ({ kind } as const) : ({ kind, m: 16, efConstruction: 100, efSearch: 200 } as const);
  const path = join(staged.folder, FILES.index);
  const index = await buildIndex({ vectors, rows, dimensions: TOY_DIMENSIONS, settings, path });
  await staged.publish({
    parent: null,
    kind: 'full',
    createdAtMs: Date.now(),
    graphSequence: 0,
    dataWindow: { fromMs: 0, toMs: 0 },
    counts: { products: products.length, sellers: sellers.length, candidates: rows.length },
    settings: { channels: CHANNELS, dimensions: TOY_DIMENSIONS, coInteractionThreshold: 2 },
    metrics: { recallAt100: 0.5, servingRecallAt100: null, indexRecallAt100: 1 },
    gate: { passed: true, reason: 'a toy' },
    index: index.settings,
  });
  return toy;
}

/** What a trainer does to the two topics that the recommender reads. */
export class ToyTrainer {
  constructor(
    private readonly sink: RecordSink,
    private readonly prefix: string,
  ) {}

  async announce(version: string, state: operator.VersionState, pinned = false): Promise<void> {
    const record = operator.Version.fromPartial({ version, state, pinned, publishedAtMs: Date.now() });
    const value = Buffer.from(operator.Version.encode(record).finish());
    await this.sink.send(prefixedTopic(this.prefix, 'versions'), [{ partition: 0, key: Buffer.from(version), value }]);
  }

  /** @param node `product:<id>` or `seller:<id>` */
  async embed(version: string, node: string, vector: Float32Array | null): Promise<void> {
    const value = vector && Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    const headers = { 'thaw-version': Buffer.from(version), 'thaw-graph-sequence': Buffer.from('1') };
    const partition = node.length % 4;
    await this.sink.send(prefixedTopic(this.prefix, 'embeddings'), [
      { partition, key: Buffer.from(node), value, headers },
    ]);
  }
}
