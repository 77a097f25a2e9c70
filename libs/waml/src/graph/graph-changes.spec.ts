import { describe, expect, test } from '@jest/globals';
import { graph as contract } from '@thaw/contracts';
import fc from 'fast-check';
import { applyGraphChange } from './graph-changes.js';
import { RELATIONS } from './node-types.js';
import { ReducedGraph } from './reduced-graph.js';

type Change = NonNullable<contract.GraphChange['change']>;

/** The graph as sets of strings: a model that cannot get its numbers wrong. */
class Model {
  readonly products = new Map<string, string>();
  readonly sellers = new Set<string>();
  readonly edges = new Map<string, number>();
  readonly listings = new Set<string>();

  rebuild(): ReducedGraph {
    const products = [...this.products.keys()];
    const sellers = [...this.sellers];
    const inCategory = [...this.products].filter(([, category]) => category !== '');
    const categories = [...new Set(inCategory.map(([, category]) => category))];
    const pairs = [...this.edges].map(([name, count]) => ({ ends: name.split(' '), count }));
    const listings = [...this.listings].map((name) => name.split(' '));
    return ReducedGraph.build({
      products,
      sellers,
      categories,
      coInteractions: {
        first: pairs.map(({ ends }) => products.indexOf(ends[0]!)),
        second: pairs.map(({ ends }) => products.indexOf(ends[1]!)),
        count: pairs.map(({ count }) => count),
      },
      listings: {
        seller: listings.map(([seller]) => sellers.indexOf(seller!)),
        product: listings.map(([, product]) => products.indexOf(product!)),
      },
      categoryEdges: {
        category: inCategory.map(([, category]) => categories.indexOf(category)),
        product: inCategory.map(([product]) => products.indexOf(product)),
      },
    });
  }
}

/** Every edge by the names of its ends: equal for equal graphs, whatever their numbers are. */
function describeGraph(graph: ReducedGraph): string[] {
  const name = (v: number): string => `${graph.nodes.type(v) ?? 'none'}:${graph.nodes.id(v) ?? ''}`;
  const lines = [...graph.nodes].map(({ node }) => name(node));
  for (const relation of RELATIONS) {
    const adjacency = graph.relation(relation);
    for (let v = 0; v < graph.nodes.rows; v++)
      for (const u of adjacency.neighbours(v)) lines.push(`${relation} ${name(v)} ${name(u)} ${adjacency.count(v, u)}`);
  }
  return lines.sort();
}

const product = fc.nat(6).map((i) => `p${i}`);
const seller = fc.nat(3).map((i) => `s${i}`);
const step = fc.oneof(
  fc.record({ kind: fc.constant('product' as const), product, category: fc.constantFrom('', 'c1', 'c2') }),
  fc.record({ kind: fc.constant('remove' as const), product }),
  fc.record({ kind: fc.constant('seller' as const), seller }),
  fc.record({ kind: fc.constant('edge' as const), product, other: product, count: fc.nat(9) }),
  fc.record({ kind: fc.constant('listing' as const), seller, product, withdrawn: fc.boolean() }),
);

/** What apps/graph would send for a step, given what there is; the model takes the step too. */
function changesOf(model: Model, s: typeof step extends fc.Arbitrary<infer T> ? T : never): Change[] {
  switch (s.kind) {
    case 'product':
      model.products.set(s.product, s.category);
      return [
        {
          $case: 'productChanged',
          value: contract.ProductChanged.fromPartial({ productId: s.product, categoryId: s.category }),
        },
      ];
    case 'seller':
      model.sellers.add(s.seller);
      return [{ $case: 'sellerAdded', value: { sellerId: s.seller } }];
    case 'edge': {
      if (s.product >= s.other || !model.products.has(s.product) || !model.products.has(s.other)) return [];
      const ends = { productIdA: s.product, productIdB: s.other };
      const name = `${s.product} ${s.other}`;
      if (s.count > 2) {
        model.edges.set(name, s.count);
        return [{ $case: 'edgeAdded', value: { ...ends, count: s.count } }];
      }
      return model.edges.delete(name) ? [{ $case: 'edgeRemoved', value: ends }] : [];
    }
    case 'listing': {
      if (!model.sellers.has(s.seller) || !model.products.has(s.product)) return [];
      const ends = { sellerId: s.seller, productId: s.product };
      const name = `${s.seller} ${s.product}`;
      if (!s.withdrawn) {
        model.listings.add(name);
        return [{ $case: 'listingAdded', value: { ...ends, eventTimeMs: 0 } }];
      }
      return model.listings.delete(name) ? [{ $case: 'listingRemoved', value: ends }] : [];
    }
    case 'remove': {
      if (!model.products.delete(s.product)) return [];
      for (const set of [model.edges, model.listings])
        for (const name of [...set.keys()]) if (name.split(' ').includes(s.product)) set.delete(name);
      return [{ $case: 'productRemoved', value: { productId: s.product } }];
    }
  }
}

const apply = (graph: ReducedGraph, change: Change | undefined, sequence = 7): void =>
  applyGraphChange(graph, { ...contract.GraphChange.fromPartial({ sequence }), change });

describe('applyGraphChange', () => {
  test('a patched graph equals a rebuild, node by node and edge by edge', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, builtAfter) => {
        const model = new Model();
        for (const s of steps.slice(0, builtAfter)) changesOf(model, s);
        const patched = model.rebuild();
        let sequence = 0;
        for (const s of steps.slice(builtAfter))
          for (const change of changesOf(model, s)) apply(patched, change, ++sequence);
        const rebuilt = model.rebuild();
        expect(describeGraph(patched)).toEqual(describeGraph(rebuilt));
        expect(patched.nodes.size).toBe(rebuilt.nodes.size);
      }),
    );
  });

  test('the number of a removed node is used again', () => {
    const graph = ReducedGraph.empty();
    apply(graph, { $case: 'sellerAdded', value: { sellerId: 's' } });
    const added = (productId: string): Change => ({
      $case: 'productChanged',
      value: contract.ProductChanged.fromPartial({ productId }),
    });
    apply(graph, added('p'));
    apply(graph, { $case: 'productRemoved', value: { productId: 'p' } });
    apply(graph, added('q'));
    expect([graph.nodes.rows, graph.nodes.find('product', 'q')]).toEqual([2, 1]);
  });

  test.each<[string, Change | undefined]>([
    ['seller "s"', { $case: 'listingAdded', value: { sellerId: 's', productId: 'p', eventTimeMs: 0 } }],
    ['product "p"', { $case: 'productRemoved', value: { productId: 'p' } }],
    ['product "p"', { $case: 'candidateAdmitted', value: { productId: 'p', listings: 0, customers: 0 } }],
    ['nothing that this release understands', undefined],
  ])('a change about what is not there says that the copy has diverged: %s', (named, change) => {
    const attempt = (): void => apply(ReducedGraph.empty(), change);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'GRAPH_DIVERGED', message: expect.stringContaining(named) }),
    );
  });

  test('removing an edge that is not there says so too', () => {
    const graph = new Model();
    graph.products.set('a', '').set('b', '');
    expect(() => apply(graph.rebuild(), { $case: 'edgeRemoved', value: { productIdA: 'a', productIdB: 'b' } })).toThrow(
      'between "a" and "b"',
    );
  });
});
