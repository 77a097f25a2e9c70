import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '@thaw/contracts';
import { categoryOfNiche, productText } from './product-text.js';
import { hash32 } from './random.js';
import { CATEGORIES } from './vocabulary/index.js';

const NICHES = 60;
const many = Array.from({ length: 6_000 }, (_, serial) => {
  const niche = serial % NICHES;
  const category = categoryOfNiche(niche, NICHES);
  return { niche, category, ...productText(hash32(serial, 9), niche, category, 0) };
});

describe('product text', () => {
  test('is never empty, unfinished or over the limits', () => {
    for (const { title, description } of many) {
      expect(title.length).toBeGreaterThan(15);
      expect(description.length).toBeGreaterThan(60);
      expect(Buffer.byteLength(title)).toBeLessThan(160);
      expect(Buffer.byteLength(description)).toBeLessThan(Math.min(600, LIMITS.descriptionBytes));
      expect(`${title} ${description}`).not.toMatch(/undefined|NaN| {2}| ,|\.\./);
      expect(description).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('reads as English: the article fits the word after it', () => {
    for (const { description } of many) {
      expect(description).not.toMatch(/\b(a [aeio]|an [bcdfgjklmnpqrstvwz])/i);
    }
  });

  test('names what the product is, in the words of its category', () => {
    for (const { title, category } of many) expect(category.types.some((type) => title.includes(type))).toBe(true);
  });

  test('leans to the niche without giving it away', () => {
    const own = many.filter(({ niche, category, title }) => title.includes(category.types[niche % 8]!));
    expect(own.length / many.length).toBeGreaterThan(0.65);
    expect(own.length / many.length).toBeLessThan(0.85);
  });

  test('stays a product title through revisions of its description', () => {
    const category = CATEGORIES[3]!;
    const [first, second] = [productText(77, 5, category, 0), productText(77, 5, category, 1)];
    expect(second.title).toBe(first.title);
    expect(second.description).not.toBe(first.description);
    expect(productText(77, 5, category, 0)).toEqual(first);
  });

  test('has at most 100 categories of distinct ids, as arcs of the ring of niches', () => {
    expect(new Set(CATEGORIES.map(({ id }) => id)).size).toBe(CATEGORIES.length);
    expect(CATEGORIES.length).toBeLessThanOrEqual(100);
    expect(categoryOfNiche(0, NICHES)).toBe(CATEGORIES[0]);
    expect(categoryOfNiche(NICHES - 1, NICHES)).toBe(CATEGORIES.at(-1));
  });
});
