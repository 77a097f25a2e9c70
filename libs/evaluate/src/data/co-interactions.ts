import { rowOf, transposed, type SparseRows } from './sparse-rows.js';

/** Pairs of products, `first[i] < second[i]`, with the number of customers whose history holds both. */
export interface CoInteractions {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly count: Uint32Array;
}

/**
 * Counts pairs product by product: O(Σ |history|²) time, and memory for one product's counts and the result.
 *
 * @param threshold pairs of fewer customers are left out
 */
export function countCoInteractions(histories: SparseRows, threshold: number): CoInteractions {
  const customersOf = transposed(histories);
  const counts = new Uint32Array(histories.columns);
  const first: number[] = [];
  const second: number[] = [];
  const count: number[] = [];
  const touched: number[] = [];
  for (let p = 0; p < histories.columns; p++) {
    for (const customer of rowOf(customersOf, p)) {
      for (const q of rowOf(histories, customer)) {
        if (q <= p) continue;
        if (counts[q]!++ === 0) touched.push(q);
      }
    }
    touched.sort((a, b) => a - b);
    for (const q of touched) {
      if (counts[q]! >= threshold) {
        first.push(p);
        second.push(q);
        count.push(counts[q]!);
      }
      counts[q] = 0;
    }
    touched.length = 0;
  }
  return { first: Uint32Array.from(first), second: Uint32Array.from(second), count: Uint32Array.from(count) };
}
