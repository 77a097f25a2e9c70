import type { ProductText } from './text-encoder.js';

/** What one text is made of: feature → weighted number of occurrences. Never iterated more than once per text. */
export type FeatureCounts = ReadonlyMap<string, number>;

const WORD = /[\p{L}\p{N}]+/gu;
const SHORTEST_GRAM = 3;
const LONGEST_GRAM = 4;

/** Words in lower case, with compatibility forms (full width, ligatures) made one. */
export function words(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

/**
 * Words of title and description, and of the title also pairs of neighbouring words and the character n-grams of every
 * word, which are what "lantern" and "lanterns" (or a misspelling) share. A word of the title counts twice: titles name
 * the product, descriptions talk about it. The first character keeps the kinds apart.
 */
export function countFeatures({ title, description }: ProductText): FeatureCounts {
  const counts = new Map<string, number>();
  const add = (feature: string, times: number): void => void counts.set(feature, (counts.get(feature) ?? 0) + times);
  const titleWords = words(title);
  for (const word of titleWords) add(`w${word}`, 2);
  for (const word of words(description)) add(`w${word}`, 1);
  for (let i = 1; i < titleWords.length; i++) add(`p${titleWords[i - 1]!} ${titleWords[i]!}`, 1);
  for (const word of titleWords) {
    // By code point, so that no character is cut in two; the brackets tell a word's ends from its middle.
    const characters = Array.from(`<${word}>`);
    for (let n = SHORTEST_GRAM; n <= LONGEST_GRAM; n++) {
      for (let at = 0; at + n <= characters.length; at++) add(`c${characters.slice(at, at + n).join('')}`, 1);
    }
  }
  return counts;
}
