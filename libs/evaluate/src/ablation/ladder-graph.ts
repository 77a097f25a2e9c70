import {
  modelGraph,
  nodeInputs,
  propagationGraph,
  sharedMatrix,
  type PropagateOptions,
  type PropagationGraph,
  type ReducedGraph,
} from '@thaw/waml';
import { contentOf, CONTENT_WIDTH } from '../neural/marketplace.js';
import type { ModelTools } from '../models.js';
import type { FitContext } from '../protocol/recommender.js';
import type { Training } from '../protocol/training.js';
import { modelStateOf } from '../waml/model-state.js';
import type { Rung } from './rung.js';

/** As in the paper: 256 columns of node vectors and of content, which are added up. */
export const LADDER_COLUMNS = CONTENT_WIDTH;
/** The most frequent pairs of the reduced graph, about as dense as the paper's: it has 3 to a product. */
const PAIRS_PER_PRODUCT = 10;

/** What the rows of one training state share: it is made once and is no row's cost. */
export interface LadderGraph {
  readonly training: Training;
  readonly reduced: ReducedGraph;
  /** Without weights. */
  readonly plain: PropagationGraph;
  /** Edge (v, u) weighs 1/√|N(v)|. */
  readonly scaled: PropagationGraph;
  /** `[products, d]` */
  readonly texts: Float32Array;
}

export async function ladderGraph(training: Training, context: FitContext): Promise<LadderGraph> {
  const state = modelStateOf(training);
  const counts = Uint32Array.from(state.coInteractions.count).sort();
  const most = PAIRS_PER_PRODUCT * state.productIds.length;
  const threshold = counts.length <= most ? 1 : counts[counts.length - most - 1]! + 1;
  const reduced = modelGraph(state, threshold);
  const plain = propagationGraph(reduced);
  const weights = new Float32Array(new SharedArrayBuffer(4 * plain.neighbours.length));
  for (let v = 0; v < plain.rows; v++) {
    const [from, to] = [plain.offsets[v]!, plain.offsets[v + 1]!];
    weights.fill(1 / Math.sqrt(to - from), from, to);
  }
  return { training, reduced, plain, scaled: { ...plain, weights }, texts: await contentOf(training, context) };
}

/** h⁰ without trained vectors: `[nodes, d]`. */
export function ladderInput({ reduced, texts }: LadderGraph, { nodes, content }: Rung, seed: number): Float32Array {
  const h = sharedMatrix(reduced.nodes.rows, LADDER_COLUMNS);
  if (nodes === 'id' || nodes === 'id+type') {
    const typeHash = nodes === 'id+type';
    h.set(nodeInputs(reduced.nodes, { seed, kind: 'dense', dimensions: LADDER_COLUMNS, typeHash }));
  }
  // Nodes are the products, then the sellers, then the categories.
  if (content) texts.forEach((value, i) => (h[i]! += value));
  return h;
}

/** h^K of a row whose nodes are not trained: `[nodes, d]`. */
export function ladderRows(
  graph: LadderGraph,
  rung: Rung,
  alphas: readonly number[],
  { propagate }: Pick<ModelTools, 'propagate'>,
  { seed, signal }: FitContext,
): Promise<Float32Array> {
  const options: PropagateOptions = {
    dimensions: LADDER_COLUMNS,
    alphas,
    normalise: rung.normalise,
    ...(signal && { signal }),
  };
  return propagate(rung.normalise ? graph.plain : graph.scaled, ladderInput(graph, rung, seed), options);
}
