/** The names of a bundle's files. */
export const FILES = {
  manifest: 'manifest.json',
  /** Tensors `products` F32 [n, D], `sellers` F32 [m, D] and `candidates` U32 [c]. */
  vectors: 'vectors.safetensors',
  products: 'products.ids',
  sellers: 'sellers.ids',
  /** Absent when the index is exact. */
  index: 'index.hnsw',
  /** Layer states for live embedding; optional. */
  states: 'states.safetensors',
  /** Parameters of the trained network; there where a version's vectors have its block. */
  network: 'network.safetensors',
  /** Curves of the training, `{"loss": [[step, value], …], "recall": […]}`; there where a network was trained. */
  curves: 'curves.json',
  /** The same as a picture. */
  curvesImage: 'curves.svg',
  card: 'card.md',
} as const;

/** Lower case only, so that a bundle means the same on every file system. */
export const FILE_NAME = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;

/** One file, open for reading at any place. */
export interface ByteSource {
  /** For messages: the file, and the bundle that it is of. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `position` on.
   *
   * @throws ThawError BUNDLE_INVALID where the file ends before, BUNDLE_STORE_UNAVAILABLE
   */
  read(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Where the files of one bundle are read from: a folder, or what stands for one. */
export interface BundleFiles {
  /** For messages. */
  readonly label: string;
  /** @throws ThawError BUNDLE_INVALID where there is no such file, BUNDLE_STORE_UNAVAILABLE */
  open(name: string): Promise<ByteSource>;
}
