import type { EmbeddingKernel, Floats, SpreadGraph } from '../kernel/embedding-kernel.js';

/**
 * LightGCN's map from its embeddings to what scores are made of: (E + A E + … + Aᴷ E) / (K + 1) (He et al. 2020,
 * section 3.1.2, α_k = 1/(K + 1)), as Horner's rule has it: E + A (E + A (E + …)). A is symmetric, so the map is its own
 * transpose: it also takes the gradient by its output back to that by its input.
 */
export class LayerMean {
  readonly #spare: readonly [Floats, Floats];

  /** @param graph normalised symmetrically: edge (u, v) weighs 1/√(dᵤ dᵥ) */
  constructor(
    private readonly kernel: EmbeddingKernel,
    private readonly graph: SpreadGraph,
    private readonly dimensions: number,
    private readonly layers: number,
  ) {
    const length = graph.rows * dimensions;
    this.#spare = [kernel.floats(length), kernel.floats(length)];
  }

  /** @param into `[rows, d]`; not `from` */
  apply(from: Floats, into: Floats): void {
    const { kernel, graph, dimensions, layers } = this;
    if (layers === 0) into.values.set(from.values);
    let x = from;
    for (let layer = 1; layer <= layers; layer++) {
      const last = layer === layers;
      const y = last ? into : this.#spare[layer % 2]!;
      kernel.spread(graph, dimensions, y, x, from, 1, last ? 1 / (layers + 1) : 1);
      x = y;
    }
  }
}
