import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PopularCandidates } from './popular.js';
import { ServingGraph } from './serving-graph.js';

test('the candidates in demand are those that sorting all of them gives, evictions at once, admissions in a second', () => {
  const product = fc.record({ customers: fc.nat(20), candidate: fc.boolean(), accepted: fc.boolean() });
  const products = fc.array(product, { maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(products, fc.integer({ min: 1, max: 70 }), fc.array(fc.nat(59)), (all, limit, toggled) => {
      const graph = new ServingGraph();
      let nowMs = 0;
      const popular = new PopularCandidates(() => nowMs);
      const numbers = all.map(({ customers, candidate }, i) => {
        const facts = { categoryId: '', title: '', description: '', customers };
        const number = graph.products.upsert(`p${i}`, facts);
        if (candidate) graph.products.admit(number);
        return number;
      });
      const accept = (number: number): boolean => all[numbers.indexOf(number)]!.accepted;
      const expected = (): number[] =>
        numbers
          .filter((number) => graph.products.isCandidate(number) && accept(number))
          .sort((a, b) => all[b]!.customers - all[a]!.customers || (`p${a}` < `p${b}` ? -1 : 1))
          .slice(0, limit);
      expect(popular.top(graph, limit, accept)).toEqual(expected());
      for (const number of toggled.filter((each) => each < all.length)) {
        if (graph.products.isCandidate(number)) graph.products.evict(number);
        else graph.products.admit(number);
      }
      for (const number of popular.top(graph, limit, accept)) expect(graph.products.isCandidate(number)).toBe(true);
      nowMs = 1001;
      expect(popular.top(graph, limit, accept)).toEqual(expected());
    }),
  );
});
