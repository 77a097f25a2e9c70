import type { graph as contract } from '@thaw/contracts';
import { ThawError } from '@thaw/contracts';
import type { NodeType, Relation } from './node-types.js';
import type { ReducedGraph } from './reduced-graph.js';

type Change = NonNullable<contract.GraphChange['change']>;

/**
 * Applies one change of the topic `graph-changes`. The caller sees to it that changes come in sequence, each once. What
 * a change says about candidates, titles and demand is not part of the graph and is left to the caller.
 *
 * @throws ThawError GRAPH_DIVERGED when the change is about a node or an edge that the graph does not hold.
 */
export function applyGraphChange(graph: ReducedGraph, { sequence, change }: contract.GraphChange): void {
  if (change === undefined) throw diverged(sequence, 'says nothing that this release understands');
  const node = (type: NodeType, id: string): number => {
    const found = graph.nodes.find(type, id);
    if (found === undefined) throw diverged(sequence, `is about ${type} "${id}", which is not in the graph`);
    return found;
  };
  const remove = (relation: Relation, a: number, b: number): void => {
    if (!graph.relation(relation).delete(a, b))
      throw diverged(
        sequence,
        `removes the ${relation} edge between "${graph.nodes.id(a) ?? a}" and "${graph.nodes.id(b) ?? b}", which is not in the graph`,
      );
  };
  apply(graph, change, node, remove);
}

function apply(
  graph: ReducedGraph,
  change: Change,
  node: (type: NodeType, id: string) => number,
  remove: (relation: Relation, a: number, b: number) => void,
): void {
  switch (change.$case) {
    case 'edgeAdded': {
      const { productIdA, productIdB, count } = change.value;
      graph.relation('co-interaction').set(node('product', productIdA), node('product', productIdB), count);
      return;
    }
    case 'edgeRemoved': {
      const { productIdA, productIdB } = change.value;
      remove('co-interaction', node('product', productIdA), node('product', productIdB));
      return;
    }
    case 'listingAdded': {
      const { sellerId, productId } = change.value;
      graph.relation('listing').set(node('seller', sellerId), node('product', productId));
      return;
    }
    case 'listingRemoved': {
      const { sellerId, productId } = change.value;
      remove('listing', node('seller', sellerId), node('product', productId));
      return;
    }
    case 'productChanged':
      setCategory(graph, graph.addNode('product', change.value.productId), change.value.categoryId);
      return;
    case 'productRemoved': {
      const product = node('product', change.value.productId);
      setCategory(graph, product, '');
      graph.removeNode(product);
      return;
    }
    case 'sellerAdded':
      graph.addNode('seller', change.value.sellerId);
      return;
    case 'candidateAdmitted':
    case 'candidateEvicted':
      node('product', change.value.productId);
  }
}

/** A category is a node as long as a product is in it: that is how a reader of the whole graph gets to know it. */
function setCategory(graph: ReducedGraph, product: number, id: string): void {
  const edges = graph.relation('category');
  const wanted = id === '' ? undefined : graph.addNode('category', id);
  for (const category of edges.neighbours(product).slice()) {
    if (category === wanted) continue;
    edges.delete(product, category);
    if (edges.degree(category) === 0) graph.removeNode(category);
  }
  if (wanted !== undefined) edges.set(wanted, product);
}

function diverged(sequence: number, problem: string): ThawError {
  return new ThawError(
    'GRAPH_DIVERGED',
    `Graph change ${sequence} ${problem}. This copy of the graph is no longer the one that the change was made for: read the graph anew.`,
    { details: { sequence } },
  );
}
