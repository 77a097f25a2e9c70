/** How an index searches: over all rows, or over an HNSW graph (Malkov and Yashunin 2016, arXiv:1603.09320). */
export type IndexSettings =
  | { readonly kind: 'exact' }
  | {
      readonly kind: 'hnsw';
      /** Links per element and layer; twice as many on the lowest. */
      readonly m: number;
      /** Length of the list of nearest elements while building. */
      readonly efConstruction: number;
      /** Length of the list of nearest elements while searching. */
      readonly efSearch: number;
    };

/** What an index is made of: the folded vectors, and which of them are in it. */
export interface IndexedVectors {
  /** `[n, D]`, row-major, of all products. Kept by reference: do not write to it afterwards. */
  readonly vectors: Float32Array;
  /** `[c]`: rows of `vectors` that are in the index. The position in here is the label. */
  readonly rows: Uint32Array;
  /** D. */
  readonly dimensions: number;
}

/** For work that reads all of an index or its vectors. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Waited for before so many bytes are read, for those who must not take all of a machine. */
  readonly beforeRead?: ((bytes: number) => Promise<void> | undefined) | undefined;
}

/** One result of a search. */
export interface Hit {
  readonly id: string;
  /** Row of the version's vectors, where this is the vector that was found; NEWER for one that came since. */
  readonly row: number;
  /** Inner product of query and vector. */
  readonly score: number;
}

/** In place of a row: the vector is none of those that the version was made with. */
export const NEWER = -1;

/** Whether an id may be among the results of a search; the row as in `Hit`. */
export type Accept = (id: string, row: number) => boolean;

/** A newer vector of an id, or null where it is gone. */
export interface VectorChange {
  readonly id: string;
  readonly vector: Float32Array | null;
}
