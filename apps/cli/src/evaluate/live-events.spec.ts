import { describe, expect, test } from '@jest/globals';
import type { EventSet } from '@thaw/graph';
import { inForce } from './live-events.js';

const product = (productId: string, status: 'active' | 'removed', eventTimeMs: number, title = '') => ({
  productId,
  categoryId: '',
  title,
  description: '',
  status,
  eventTimeMs,
});
const listing = (sellerId: string, productId: string, status: 'listed' | 'withdrawn', eventTimeMs: number) => ({
  sellerId,
  productId,
  status,
  eventTimeMs,
});
const view = (customerId: string, productId: string, eventTimeMs: number) => ({
  customerId,
  productId,
  type: 'view' as const,
  eventTimeMs,
});
const NOTHING: EventSet = { products: [], listings: [], interactions: [], erasures: [] };

describe('inForce', () => {
  test('takes a product as it was last described, and not what was removed', () => {
    const products = [
      product('a', 'active', 2, 'new'),
      product('a', 'active', 1, 'old'),
      product('b', 'active', 1),
      product('b', 'removed', 1),
      product('c', 'removed', 1),
      product('c', 'active', 2),
    ];
    const kept = [...(inForce({ ...NOTHING, products }).products as typeof products)];
    expect(kept.map(({ productId, title }) => [productId, title])).toEqual([
      ['a', 'new'],
      ['c', ''],
    ]);
  });

  test('keeps the first of listings that hold, and leaves out what was withdrawn', () => {
    const listings = [
      listing('s', 'a', 'listed', 5),
      listing('s', 'a', 'listed', 3),
      listing('s', 'b', 'listed', 1),
      listing('s', 'b', 'withdrawn', 2),
      listing('t', 'b', 'withdrawn', 1),
      listing('t', 'b', 'listed', 2),
    ];
    const kept = [
      ...(inForce({ ...NOTHING, listings }).listings as Iterable<{
        sellerId: string;
        productId: string;
        timeMs: number;
      }>),
    ];
    expect(kept.map(({ sellerId, productId, timeMs }) => `${sellerId}${productId}${timeMs}`)).toEqual([
      'sa5',
      'sa3',
      'tb2',
    ]);
  });

  test('forgets what an erased customer did until then', () => {
    const interactions = [view('c', 'a', 1), view('c', 'b', 2), view('c', 'c', 3), view('d', 'a', 1)];
    const erasures = [
      { customerId: 'c', eventTimeMs: 2 },
      { customerId: 'c', eventTimeMs: 1 },
    ];
    const kept = [...(inForce({ ...NOTHING, interactions, erasures }).interactions as Iterable<{ productId: string }>)];
    expect(kept.map(({ productId }) => productId)).toEqual(['c', 'a']);
  });
});
