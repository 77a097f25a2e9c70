import { CO_INTERACTION_SCALE } from '../channels/affinity-graph.js';
import type { Relation } from '../graph/node-types.js';
import type { LiveGraph } from './live-graph.js';

/** Which edges a channel sees, and what they weigh in it. */
export interface NeighbourKind {
  readonly relations: readonly Relation[];
  /** `affinity` is that of `affinityGraph`. */
  readonly edgeWeights: 'none' | 'log-count' | 'affinity';
  readonly symmetric: boolean;
}

/** A node's neighbours in one channel. */
export interface Neighbourhood {
  readonly nodes: readonly number[];
  /** Parallel to `nodes`. */
  readonly weights: readonly number[];
  readonly weightSum: number;
}

/** Neighbours of single nodes with the weights that `propagationGraph` and `affinityGraph` give to all at once. */
export class WeightedNeighbours {
  /** Sums of weights before normalisation, by node. What a change may have moved is not in it. */
  readonly #degrees = new Map<number, number>();

  constructor(
    private readonly live: LiveGraph,
    private readonly kind: NeighbourKind,
  ) {}

  of(node: number): Neighbourhood {
    const nodes: number[] = [];
    const weights: number[] = [];
    this.#each(node, (neighbour, weight) => {
      nodes.push(neighbour);
      weights.push(weight);
    });
    if (this.kind.symmetric) {
      const own = this.#degree(node);
      nodes.forEach((neighbour, i) => (weights[i]! /= Math.sqrt(own * this.#degree(neighbour))));
    }
    return { nodes, weights, weightSum: weights.reduce((sum, weight) => sum + weight, 0) };
  }

  /** To be told of every node whose edges or demand changed, after the change. */
  changed(node: number): void {
    if (!this.kind.symmetric) return;
    this.#degrees.delete(node);
    // The weight of a co-interaction depends on the demand of both ends.
    if (this.kind.edgeWeights !== 'affinity') return;
    for (const neighbour of this.live.graph.relation('co-interaction').neighbours(node))
      this.#degrees.delete(neighbour);
  }

  #degree(node: number): number {
    let degree = this.#degrees.get(node);
    if (degree !== undefined) return degree;
    degree = 0;
    this.#each(node, (_, weight) => (degree! += weight));
    this.#degrees.set(node, degree);
    return degree;
  }

  #each(node: number, visit: (neighbour: number, weight: number) => void): void {
    const { live, kind } = this;
    const isProduct = live.graph.nodes.type(node) === 'product';
    if (isProduct && !live.isInModel(node)) return;
    for (const relation of kind.relations) {
      const edges = live.graph.relation(relation);
      const neighbours = edges.neighbours(node);
      const counts = edges.counts(node);
      for (let i = 0; i < neighbours.length; i++) {
        const neighbour = neighbours[i]!;
        if (counts ? counts[i]! < live.threshold : !isProduct && !live.isInModel(neighbour)) continue;
        visit(neighbour, this.#weight(node, neighbour, counts?.[i]));
      }
    }
  }

  #weight(a: number, b: number, count: number | undefined): number {
    switch (this.kind.edgeWeights) {
      case 'none':
        return 1;
      case 'log-count':
        return count === undefined ? Math.LN2 : Math.log1p(count);
      case 'affinity': {
        if (count === undefined) return 1;
        const customers = Math.max(1, this.live.customers(a)) * Math.max(1, this.live.customers(b));
        return (CO_INTERACTION_SCALE * count) / Math.sqrt(customers);
      }
    }
  }
}
