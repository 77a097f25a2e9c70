import { describe, expect, test } from '@jest/globals';
import { layoutEvidence } from './evidence-layout.js';
import { demandInWords, evidenceInWords, readAnswer, type Recommended } from './recommendations.js';

const answer = readAnswer({
  context: { version: 'v000002', fallback: 'FALLBACK_NONE' },
  products: [
    {
      productId: 'p9',
      title: 'candle holder',
      categoryId: 'home',
      score: 0.5,
      listings: 2,
      customers: 40,
      reasons: {
        boughtWith: [
          { productId: 'p1', title: 'candle', customers: 12 },
          { productId: 'p2', customers: 1 },
        ],
        sameCategoryListings: 3,
        textSimilarity: 0.71,
        similarProductId: 'p7',
      },
    },
    { productId: 'p8' },
  ],
});
const [product, plain] = answer.products as [Recommended, Recommended];

const measure = (text: string): number => text.length * 8;

describe('an answer', () => {
  test('is read with what protobuf leaves out', () => {
    expect(answer).toMatchObject({ version: 'v000002', fallback: undefined });
    expect(plain).toEqual({
      productId: 'p8',
      title: 'p8',
      categoryId: '',
      score: 0,
      listings: 0,
      customers: 0,
      evidence: [],
      sameCategoryListings: 0,
    });
    expect(readAnswer({}).products).toEqual([]);
  });

  test.each([
    'FALLBACK_UNKNOWN_SELLER',
    'FALLBACK_SELLER_WITHOUT_LISTINGS',
    'FALLBACK_NO_VERSION',
    'FALLBACK_NO_VECTOR',
  ])('says in words that it is a fallback: %s', (fallback) =>
    expect(readAnswer({ context: { fallback } }).fallback).toMatch(/candidates/),
  );

  test('has the listing with the nearest text among the evidence, once', () => {
    expect(product.evidence).toEqual([
      { productId: 'p1', title: 'candle', customers: 12, textSimilarity: undefined },
      { productId: 'p2', title: 'p2', customers: 1, textSimilarity: undefined },
      { productId: 'p7', title: 'p7', customers: 0, textSimilarity: 0.71 },
    ]);
    const reasons = { boughtWith: [{ productId: 'p1', customers: 2 }], textSimilarity: 0.4, similarProductId: 'p1' };
    const [both] = readAnswer({ products: [{ productId: 'x', reasons }] }).products;
    expect(both?.evidence).toEqual([{ productId: 'p1', title: 'p1', customers: 2, textSimilarity: 0.4 }]);
  });

  test('is explained in words', () => {
    expect(evidenceInWords('s-1', product)).toEqual([
      's-1 lists “candle”: 12 customers had both.',
      's-1 lists “p2”: 1 customer had both.',
      's-1 lists “p7”: its text is the nearest, at 0.71.',
      's-1 lists 3 products of its category, home.',
    ]);
    expect(evidenceInWords('s-1', plain)).toEqual(['It is in demand: 0 customers had it.']);
    expect([demandInWords(product), demandInWords(plain)]).toEqual([
      '40 customers · 2 listings',
      '0 customers · no listing yet',
    ]);
  });
});

describe.each([1100, 700, 560, 559, 330])('the drawing of the evidence, %d wide', (width) => {
  const drawing = layoutEvidence('s-1', product, width, measure);

  test('has the seller, its listings and the product, and an edge to and from each listing', () => {
    expect(drawing.nodes.map(({ id }) => id).sort()).toEqual(
      ['category', 'listing:p1', 'listing:p2', 'listing:p7', 'product', 'seller'].sort(),
    );
    for (const { id, kind } of drawing.nodes) {
      if (kind !== 'listing' && kind !== 'category') continue;
      expect(drawing.edges.filter(({ from, to }) => from === 'seller' && to === id)).toHaveLength(1);
      expect(drawing.edges.filter(({ from, to }) => from === id && to === 'product')).toHaveLength(1);
    }
  });

  test('stays within its room, and no node covers another', () => {
    for (const { x, y, width: w, height: h } of drawing.nodes) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + w).toBeLessThanOrEqual(width);
      expect(y + h).toBeLessThanOrEqual(drawing.height);
    }
    const { nodes } = drawing;
    for (const [i, a] of nodes.entries()) {
      for (const b of nodes.slice(i + 1)) {
        const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect([a.id, b.id, isApart]).toEqual([a.id, b.id, true]);
      }
    }
  });

  test('tells what each edge is about', () => {
    const words = [...drawing.edges.map(({ label }) => label), ...drawing.nodes.map(({ subtitle }) => subtitle)];
    for (const label of ['12 customers', '1 customer', 'text 0.71', 'same category']) expect(words).toContain(label);
    const kinds = drawing.edges.filter(({ to }) => to === 'product').map(({ kind }) => kind);
    expect(kinds).toEqual(['customers', 'customers', 'text', 'category']);
    const [strong, weak] = drawing.edges.filter(({ kind }) => kind === 'customers');
    expect(strong!.weight).toBeGreaterThan(weak!.weight);
  });
});

test('titles are cut to fit their node', () => {
  const long = { ...product, title: 'a very long title that goes on and on '.repeat(5) };
  const { nodes } = layoutEvidence('a seller with quite a long name too', long, 600, measure);
  for (const { title, width } of nodes) expect(measure(title)).toBeLessThanOrEqual(width - 20);
  expect(nodes.find(({ id }) => id === 'product')?.title).toMatch(/^a very long.*…$/);
});

test('a product without evidence is drawn too', () => {
  const { nodes, edges, height } = layoutEvidence('s-1', plain, 800, measure);
  expect([nodes.length, edges.length]).toEqual([2, 0]);
  expect(height).toBeGreaterThan(46);
});
