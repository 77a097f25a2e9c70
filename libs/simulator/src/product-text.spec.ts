import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '@thaw/contracts';
import { categoryOfNiche, productText } from './product-text.js';
import { hash32 } from './random.js';
import { CATEGORIES } from './vocabulary/index.js';

const NICHES = 60;
const many = Array.from({ length: 3_000 }, (_, serial) => {
  const niche = serial % NICHES;
  const category = categoryOfNiche(niche, NICHES);
  return { niche, category, ...productText(hash32(serial, 9), niche, category, 0) };
});

describe('product text', () => {
  test('is never empty, unfinished or over the limits', () => {
    const wrong = many.filter(
      ({ title, description }) =>
        title.length < 15 ||
        description.length < 60 ||
        Buffer.byteLength(title) > Math.min(160, LIMITS.titleBytes) ||
        Buffer.byteLength(description) > Math.min(600, LIMITS.descriptionBytes) ||
        /undefined|NaN| {2}| ,|\.\./.test(`${title} ${description}`) ||
        !/^[A-Z].*\.$/.test(description),
    );
    expect(wrong).toEqual([]);
  });

  test('reads as English: the article fits the word after it', () => {
    const wrong = many.filter(({ description }) => /\b(a [aeio]|an [bcdfgjklmnpqrstvwz])/i.test(description));
    expect(wrong).toEqual([]);
  });

  test('names what the product is, in the words of its category', () => {
    expect(many.filter(({ title, category }) => !category.types.some((type) => title.includes(type)))).toEqual([]);
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
