import type { BundleVectors, Manifest } from '@thaw/bundle';

type Channels = Manifest['settings']['channels'];
type NodeType = 'product' | 'seller';

/** How the channels lie in a folded row; the last column is the bias of a product, 1 of a seller. */
export interface FoldedLayout {
  readonly dimensions: number;
  readonly channels: Channels;
}

/** Rows of the version's vectors by id. */
export type RowsById = Readonly<Record<NodeType, Pick<ReadonlyMap<string, number>, 'get'>>>;

/** The vectors of a version, and above them those that came since. All are folded rows of D columns. */
export class VersionVectors {
  #base: BundleVectors | undefined;
  readonly #newer: Readonly<Record<NodeType, Map<string, Float32Array>>> = { product: new Map(), seller: new Map() };

  constructor(
    readonly layout: FoldedLayout,
    base: BundleVectors,
    private readonly rows: RowsById,
    /** Called once when the version's vectors are not read any more. */
    private readonly release: () => void,
  ) {
    this.#base = base;
  }

  get newerCount(): number {
    return this.#newer.product.size + this.#newer.seller.size;
  }

  /** A view: do not write to it. Undefined where the version knows no such node. */
  vectorOf(type: NodeType, id: string): Float32Array | undefined {
    const newer = this.#newer[type].get(id);
    if (newer !== undefined) return newer;
    const row = this.rows[type].get(id);
    if (row === undefined || this.#base === undefined) return undefined;
    const { dimensions } = this.layout;
    const matrix = type === 'product' ? this.#base.products : this.#base.sellers;
    return matrix.subarray(row * dimensions, (row + 1) * dimensions);
  }

  set(type: NodeType, id: string, vector: Float32Array): void {
    this.#newer[type].set(id, vector);
  }

  /** Lets go of a newer vector; that of the version shows again. */
  forget(type: NodeType, id: string): void {
    this.#newer[type].delete(id);
  }

  /** Gives back the memory of the version's vectors. Views of them are not to be read any more. */
  close(): void {
    if (this.#base === undefined) return;
    this.#base = undefined;
    this.release();
  }
}

/**
 * The vector of a seller that lists these products and is known by nothing else: per channel the normalised mean of their
 * unfolded vectors, and 1 for the bias.
 *
 * @param products folded rows; not empty
 */
export function sellerOf({ dimensions, channels }: FoldedLayout, products: readonly Float32Array[]): Float32Array {
  const seller = new Float32Array(dimensions);
  let offset = 0;
  for (const { dimensions: width, weight } of channels) {
    const end = offset + width;
    for (const row of products) for (let k = offset; k < end; k++) seller[k]! += row[k]!;
    // Every row was multiplied by the weight, so that only its sign outlives the normalisation.
    let squares = 0;
    for (let k = offset; k < end; k++) squares += seller[k]! * seller[k]!;
    const scale = squares === 0 || weight === 0 ? 0 : Math.sign(weight) / Math.sqrt(squares);
    for (let k = offset; k < end; k++) seller[k]! *= scale;
    offset = end;
  }
  seller[dimensions - 1] = 1;
  return seller;
}

/** Where the channel of the plain texts lies in a row; undefined where the version has none or gives it no weight. */
export function textColumns({ channels }: FoldedLayout): readonly [from: number, to: number] | undefined {
  let offset = 0;
  for (const { name, dimensions, weight } of channels) {
    if (name === 'text-profile' && weight !== 0) return [offset, offset + dimensions];
    offset += dimensions;
  }
  return undefined;
}

/** Cosine of two folded product rows in some of their columns: the weight falls out. 0 where one of them has none. */
export function cosine(a: Float32Array, b: Float32Array, [from, to]: readonly [number, number]): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let k = from; k < to; k++) {
    dot += a[k]! * b[k]!;
    squaresA += a[k]! * a[k]!;
    squaresB += b[k]! * b[k]!;
  }
  return dot === 0 ? 0 : dot / Math.sqrt(squaresA * squaresB);
}
