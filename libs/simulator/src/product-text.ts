import { hash32 } from './random.js';
import { BRANDS, CATEGORIES, COLOURS, type CategoryVocabulary } from './vocabulary/index.js';

/** How often a product's words are its niche's own rather than any of its category: text tells, but not everything. */
const NICHE_TYPE_SHARE = 0.7;
const NICHE_STYLE_SHARE = 0.65;
const NICHE_BRAND_SHARE = 0.5;
const BRANDS_PER_NICHE = 3;

export interface ProductText {
  readonly title: string;
  readonly description: string;
}

/** Draws that depend on the product alone, so that its text can be told again at any time without being kept. */
class Draws {
  private count = 0;

  constructor(private readonly key: number) {}

  below(bound: number): number {
    return hash32(this.key, this.count++) % bound;
  }

  chance(probability: number): boolean {
    return hash32(this.key, this.count++) < probability * 0x1_0000_0000;
  }

  of(list: readonly string[]): string {
    return list[this.below(list.length)]!;
  }
}

/** The category of a niche: niches lie on a ring, and a category is an arc of it. */
export function categoryOfNiche(niche: number, niches: number): CategoryVocabulary {
  return CATEGORIES[Math.floor((niche * CATEGORIES.length) / niches)]!;
}

/**
 * Title and description of a product.
 *
 * @param key what makes this product this one: its serial mixed with the marketplace's seed
 * @param niche its niche, which gives preferred type, style and brands
 * @param category the words of the niche's category
 * @param revision how often the seller's description was rewritten; the title stays
 */
export function productText(key: number, niche: number, category: CategoryVocabulary, revision: number): ProductText {
  const draws = new Draws(key);
  const type = draws.chance(NICHE_TYPE_SHARE) ? pick(category.types, niche) : draws.of(category.types);
  const style = draws.chance(NICHE_STYLE_SHARE) ? pick(category.styles, niche * 5 + 1) : draws.of(category.styles);
  const brand = draws.chance(NICHE_BRAND_SHARE)
    ? BRANDS[hash32(niche, draws.below(BRANDS_PER_NICHE)) % BRANDS.length]!
    : draws.of(BRANDS);
  const material = draws.of(category.materials);
  const colour = draws.of(COLOURS);
  const size = draws.of(category.sizes);
  const title = draws.chance(0.5)
    ? `${brand} ${style} ${type}, ${material}, ${colour}, ${size}`
    : `${style} ${material} ${type} by ${brand} in ${colour}, ${size}`;

  const prose = new Draws(hash32(key, revision + 1));
  const noun = type.toLowerCase();
  const adjective = style;
  const opening = prose.chance(0.5)
    ? `${article(adjective)} ${adjective} ${noun} in ${material.toLowerCase()}, made for ${prose.of(category.uses)}.`
    : `This ${noun} in ${material.toLowerCase()} brings ${article(adjective).toLowerCase()} ${adjective} touch to ${prose.of(category.uses)}.`;
  const first = prose.below(category.features.length);
  const second = (first + 1 + prose.below(category.features.length - 1)) % category.features.length;
  const closing = prose.chance(0.5)
    ? `From ${brand}, in ${colour.toLowerCase()}, ${size}.`
    : `Colour: ${colour.toLowerCase()}. Size: ${size}.`;
  const description = `${opening} ${category.features[first]!}. ${category.features[second]!}. ${closing}`;
  return { title, description };
}

function pick(list: readonly string[], niche: number): string {
  return list[niche % list.length]!;
}

function article(word: string): string {
  return /^[AEIO]|^U(?!n[ei])/i.test(word) ? 'An' : 'A';
}
