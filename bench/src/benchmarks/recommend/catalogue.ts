import { Server, ServerCredentials, type sendUnaryData, type ServerWritableStream } from '@grpc/grpc-js';
import { DirectoryBundleStore, FILES, writeIds, writeVectors } from '@thaw/bundle';
import { graph } from '@thaw/contracts';
import { buildIndex } from '@thaw/index';
import { Random } from '@thaw/simulator';
import { join } from 'node:path';

export const productId = (product: number): string => `product-${String(product).padStart(7, '0')}`;
export const sellerId = (seller: number): string => `seller-${String(seller).padStart(6, '0')}`;

const CATEGORIES = 100;
const LISTINGS_A_SELLER = 10;
const NODES_A_MESSAGE = 200;

export interface CatalogueSize {
  readonly candidates: number;
  readonly sellers: number;
}

/** A graph of candidates and of sellers that list a few of them each, served as apps/graph serves its own. */
export class CatalogueGraph {
  readonly #server = new Server();

  constructor(private readonly size: CatalogueSize) {}

  /** @returns its address */
  async listen(): Promise<string> {
    this.#server.addService(graph.GraphServiceService, {
      readGraph: (call: ServerWritableStream<graph.ReadGraphRequest, graph.ReadGraphResponse>) => {
        for (const part of this.#parts()) call.write({ part });
        call.end();
      },
      getFunnel: (_: unknown, reply: sendUnaryData<graph.GetFunnelResponse>) => {
        reply(null, graph.GetFunnelResponse.fromPartial({ sequence: 1 }));
      },
      getCoInteraction: (_: unknown, reply: sendUnaryData<graph.GetCoInteractionResponse>) => {
        reply(null, { count: 0, kept: false });
      },
    });
    return await new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }

  /** The products that the seller lists. */
  listingsOf(seller: number): number[] {
    const { candidates } = this.size;
    return Array.from({ length: LISTINGS_A_SELLER }, (_, i) => (seller * 7919 + i * 104_729) % candidates);
  }

  *#parts(): Generator<NonNullable<graph.ReadGraphResponse['part']>> {
    const { candidates, sellers } = this.size;
    const settings = { ...graph.GraphSettings.fromPartial({}), maxListings: 10 };
    const header = {
      sequence: 1,
      products: candidates,
      sellers,
      edges: 0,
      candidates,
      settings,
      offsets: [],
      replayStartMs: 0,
      restoredSequence: 0,
    };
    yield { $case: 'header', value: { ...header, listings: sellers * LISTINGS_A_SELLER } };
    for (let from = 0; from < candidates; from += NODES_A_MESSAGE) {
      const count = Math.min(NODES_A_MESSAGE, candidates - from);
      const products = Array.from({ length: count }, (_, i) => this.#product(from + i));
      yield { $case: 'products', value: { products } };
    }
    for (let from = 0; from < sellers; from += NODES_A_MESSAGE) {
      const count = Math.min(NODES_A_MESSAGE, sellers - from);
      yield { $case: 'sellers', value: { sellerIds: Array.from({ length: count }, (_, i) => sellerId(from + i)) } };
    }
    for (let at = 0; at < sellers; at++) {
      const product = this.listingsOf(at);
      const column = (value: number): number[] => product.map(() => value);
      yield { $case: 'listings', value: { seller: column(at), product, eventTimeMs: column(0) } };
    }
    yield { $case: 'trailer', value: { sequence: 1 } };
  }

  #product(product: number): graph.ProductNode {
    const category = product % CATEGORIES;
    return {
      productId: productId(product),
      categoryId: `category-${category}`,
      title: `Stainless steel bottle with lid, model ${product}, 750 ml`,
      description: 'Keeps drinks hot for twelve hours and cold for a day.',
      candidate: true,
      listings: 1,
      customers: 5 + (product % 500),
    };
  }
}

/** Folded vectors as a version has them: clusters, as products of one kind and the sellers of them make. */
export interface CatalogueVectors {
  readonly dimensions: number;
  readonly products: Float32Array;
  readonly sellers: Float32Array;
}

const CLUSTERS = 1000;
/** Length of what sets a product apart within its cluster, beside the cluster's centre; and of what is noise. */
const OWN = 0.7;
const NOISE = 0.1;

/**
 * Vectors of products and sellers in clusters. All but a little noise lies in `latent` of the dimensions, at random
 * angles to the axes: vectors that were diffused over a graph have few directions that matter. The more there are, the
 * harder the search: with noise alone no index finds anything faster than a scan.
 */
export function makeVectors(
  { candidates, sellers }: CatalogueSize,
  dimensions: number,
  latent: number,
  seed: number,
): CatalogueVectors {
  const random = new Random(seed);
  const width = dimensions - 1;
  const normal = (): number => 2 * (random.float() + random.float() + random.float() - 1.5);
  const normals = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, () => scale * normal());
  const axes = Array.from({ length: latent }, () => normals(width, 1 / Math.sqrt(width)));
  const centres = Array.from({ length: CLUSTERS }, () => normals(latent, 1 / Math.sqrt(latent)));
  const rows = (count: number, last: number): Float32Array => {
    const matrix = new Float32Array(count * dimensions);
    for (let row = 0; row < count; row++) {
      const into = matrix.subarray(row * dimensions, (row + 1) * dimensions);
      const centre = centres[random.below(CLUSTERS)]!;
      for (let k = 0; k < width; k++) into[k] = (NOISE / Math.sqrt(width)) * normal();
      axes.forEach((axis, i) => {
        const along = centre[i]! + (OWN / Math.sqrt(latent)) * normal();
        for (let k = 0; k < width; k++) into[k]! += along * axis[k]!;
      });
      let squares = 0;
      for (let k = 0; k < width; k++) squares += into[k]! * into[k]!;
      for (let k = 0; k < width; k++) into[k]! /= Math.sqrt(squares);
      into[width] = last;
    }
    return matrix;
  };
  return { dimensions, products: rows(candidates, 0), sellers: rows(sellers, 1) };
}

/** Builds the index and publishes the bundle. @returns its recall as measured at the build */
export async function publishVersion(
  folder: string,
  version: string,
  { candidates, sellers }: CatalogueSize,
  vectors: CatalogueVectors,
  signal: AbortSignal,
): Promise<number> {
  const { dimensions, products } = vectors;
  const staged = await (await DirectoryBundleStore.open(folder)).stage(version);
  const rows = Uint32Array.from({ length: candidates }, (_, row) => row);
  const counts = { products: candidates, sellers };
  await writeVectors(staged.folder, { ...vectors, counts, candidates: rows });
  await writeIds(staged.folder, FILES.products, Array.from(rows, productId));
  await writeIds(
    staged.folder,
    FILES.sellers,
    Array.from({ length: sellers }, (_, seller) => sellerId(seller)),
  );
  const path = join(staged.folder, FILES.index);
  const queries = vectors.sellers.subarray(0, Math.min(sellers, 256) * dimensions);
  const index = await buildIndex({ vectors: products, rows, dimensions, path, queries, signal });
  await staged.publish({
    parent: null,
    kind: 'full',
    createdAtMs: Date.now(),
    graphSequence: 1,
    dataWindow: { fromMs: 0, toMs: 0 },
    counts: { ...counts, candidates },
    settings: {
      channels: [{ name: 'all', dimensions: dimensions - 1, weight: 1 }],
      dimensions,
      coInteractionThreshold: 1,
    },
    metrics: { recallAt100: null, servingRecallAt100: null, indexRecallAt100: index.recallAt100 },
    gate: { passed: true, reason: 'a benchmark' },
    index: index.settings,
  });
  return index.recallAt100;
}
