import type { Adjacency } from '../graph/adjacency.js';
import type { Relation } from '../graph/node-types.js';
import { RELATIONS } from '../graph/node-types.js';
import type { ReducedGraph } from '../graph/reduced-graph.js';

/** `log-count`: log(1 + count), where an edge of a relation without counts has the count 1. */
export type EdgeWeights = 'none' | 'log-count';

/**
 * `symmetric` multiplies the weight of an edge by 1/√(dᵤ dᵥ), where d is the sum of a node's weights before that. WAML
 * normalises the neighbour sum anyway, so what it changes is that well-connected neighbours count for less.
 */
export type Normalisation = 'plain' | 'symmetric';

export interface PropagationGraphOptions {
  /** The edge sets that take part; all of them where absent. */
  readonly relations?: readonly Relation[];
  readonly edgeWeights?: EdgeWeights;
  readonly normalisation?: Normalisation;
}

/**
 * What propagation reads: all neighbours of a row, over the relations that take part. Row v is
 * `neighbours[offsets[v] … offsets[v + 1])`; a neighbour may be in it once per relation.
 */
export interface PropagationGraph {
  readonly rows: number;
  /** `[rows + 1]` */
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
  /** Parallel to `neighbours`; every edge has weight 1 where absent. */
  readonly weights?: Float32Array;
}

/** A snapshot of the graph for propagation, in O(rows + edges): later changes of the graph do not reach it. */
export function propagationGraph(
  graph: ReducedGraph,
  { relations = RELATIONS, edgeWeights = 'none', normalisation = 'plain' }: PropagationGraphOptions = {},
): PropagationGraph {
  const rows = graph.nodes.rows;
  const parts = [...new Set(relations)].map((relation) => graph.relation(relation));
  const offsets = new Uint32Array(rows + 1);
  for (let v = 0; v < rows; v++)
    offsets[v + 1] = offsets[v]! + parts.reduce((degree, adjacency) => degree + adjacency.degree(v), 0);
  // Shared memory, so that the kernel's worker threads read it where it is.
  const neighbours = new Uint32Array(new SharedArrayBuffer(4 * offsets[rows]!));
  const weighted = edgeWeights === 'log-count' || normalisation === 'symmetric';
  const weights = weighted ? new Float32Array(new SharedArrayBuffer(4 * neighbours.length)) : undefined;
  for (let v = 0; v < rows; v++) {
    let at = offsets[v]!;
    for (const adjacency of parts) {
      neighbours.set(adjacency.neighbours(v), at);
      if (weights) writeWeights(weights, at, adjacency, v, edgeWeights);
      at += adjacency.degree(v);
    }
  }
  if (weights && normalisation === 'symmetric') normaliseSymmetrically(offsets, neighbours, weights);
  return { rows, offsets, neighbours, ...(weights && { weights }) };
}

function writeWeights(weights: Float32Array, at: number, adjacency: Adjacency, v: number, kind: EdgeWeights): void {
  const counts = kind === 'log-count' ? adjacency.counts(v) : undefined;
  const degree = adjacency.degree(v);
  const constant = kind === 'log-count' ? Math.LN2 : 1;
  for (let i = 0; i < degree; i++) weights[at + i] = counts ? Math.log1p(counts[i]!) : constant;
}

function normaliseSymmetrically(offsets: Uint32Array, neighbours: Uint32Array, weights: Float32Array): void {
  const rows = offsets.length - 1;
  const factors = new Float64Array(rows);
  for (let v = 0; v < rows; v++) {
    let degree = 0;
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) degree += weights[i]!;
    factors[v] = degree > 0 ? 1 / Math.sqrt(degree) : 0;
  }
  for (let v = 0; v < rows; v++)
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) weights[i]! *= factors[v]! * factors[neighbours[i]!]!;
}
