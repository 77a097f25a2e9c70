import type { SeededStream } from './random.js';
import type { TrainingBatch } from './trainer.js';

/** Where rows of h^K come from. They are constant during a training. */
export interface RowSource {
  /** Writes the rows of `nodes`, one after the other, to `out [nodes, d]`. */
  gather(nodes: Uint32Array, out: Float32Array): void;
}

/** The rows of a matrix `[n, d]`. */
export function matrixRows(matrix: Float32Array, dimensions: number): RowSource {
  return {
    gather(nodes, out) {
      for (let i = 0; i < nodes.length; i++) {
        const from = nodes[i]! * dimensions;
        out.set(matrix.subarray(from, from + dimensions), i * dimensions);
      }
    },
  };
}

/** Listing edges, and the rows to train on them with: the whole graph's, or those that a fold was held out of. */
export interface TrainingFold {
  /** Node of each edge's seller, in the numbering of `rows`. */
  readonly sellers: Uint32Array;
  /** Node of each edge's product. */
  readonly products: Uint32Array;
  readonly rows: RowSource;
}

/** The edges of one step: indices in a fold. */
export interface EdgeBatch {
  readonly fold: TrainingFold;
  readonly edges: Uint32Array;
}

/**
 * One pass over all edges in random order: every batch is of one fold, the folds' batches mixed. A fold's last batch is
 * smaller; one edge alone, which has nothing to be told from, is left out.
 */
export function epochBatches(folds: readonly TrainingFold[], size: number, stream: SeededStream): EdgeBatch[] {
  const batches = folds.flatMap((fold) => {
    const order = stream.permutation(fold.sellers.length);
    const count = Math.ceil(order.length / size);
    return Array.from({ length: count }, (_, i) => ({ fold, edges: order.subarray(i * size, (i + 1) * size) }));
  });
  const full = batches.filter(({ edges }) => edges.length > 1);
  return [...stream.permutation(full.length)].map((i) => full[i]!);
}

/** Steps of an epoch, as {@link epochBatches} makes them. */
export const stepsPerEpoch = (folds: readonly TrainingFold[], size: number): number =>
  folds.reduce((sum, { sellers: { length } }) => sum + Math.ceil(length / size) - (length % size === 1 ? 1 : 0), 0);

/** A batch's nodes and their rows. */
export function gatherBatch({ fold, edges }: EdgeBatch, dimensions: number): TrainingBatch {
  const nodes = new Uint32Array(2 * edges.length);
  edges.forEach((edge, i) => {
    nodes[i] = fold.products[edge]!;
    nodes[edges.length + i] = fold.sellers[edge]!;
  });
  const rows = new Float32Array(nodes.length * dimensions);
  fold.rows.gather(nodes, rows);
  return {
    edges: { products: nodes.subarray(0, edges.length), sellers: nodes.subarray(edges.length) },
    rows,
  };
}
