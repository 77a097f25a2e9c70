/** The words that a category's products are described with. */
export interface CategoryVocabulary {
  /** The category's id, a slug. */
  readonly id: string;
  /** What it sells, singular. */
  readonly types: readonly string[];
  /** Sub-styles: what a niche is known by. */
  readonly styles: readonly string[];
  readonly materials: readonly string[];
  readonly sizes: readonly string[];
  /** Completes "for …". */
  readonly uses: readonly string[];
  /** A sentence's worth each, without the full stop. */
  readonly features: readonly string[];
}

const words = (list: string): readonly string[] => list.split(',').map((word) => word.trim());

/** Reads one category from comma-separated lists, which keep the vocabulary legible. */
export function category(
  id: string,
  lists: { types: string; styles: string; materials: string; sizes: string; uses: string; features: string },
): CategoryVocabulary {
  return {
    id,
    types: words(lists.types),
    styles: words(lists.styles),
    materials: words(lists.materials),
    sizes: words(lists.sizes),
    uses: words(lists.uses),
    features: words(lists.features),
  };
}
