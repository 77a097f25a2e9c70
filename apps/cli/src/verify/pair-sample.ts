import type { BatchReduction, PairCounts } from '@thaw/graph';
import { Random } from '@thaw/simulator';

export type Pair = readonly [productIdA: string, productIdB: string];

/** Of ten sampled pairs one is of any two products: most of those have no customer in common. */
const ANY_PAIR_EVERY = 10;

/** A uniform sample of the counted pairs, below the threshold for the most part, and of pairs of any two products. */
export function samplePairs({ counts, products }: BatchReduction, size: number, seed: number): Pair[] {
  const random = new Random(seed);
  const anyPairs = Math.floor(size / ANY_PAIR_EVERY);
  return [
    ...countedPairs(counts, size - anyPairs, random),
    ...pairsOfAny([...products.keys()].sort(), anyPairs, random),
  ];
}

/** Vitter's algorithm R: each pair is as likely to be kept as any other. */
function countedPairs(counts: PairCounts, size: number, random: Random): Pair[] {
  const kept: Pair[] = [];
  let seen = 0;
  for (const [a, b] of counts) {
    seen += 1;
    const place = seen <= size ? seen - 1 : random.below(seen);
    if (place < size) kept[place] = [a, b];
  }
  return kept;
}

function pairsOfAny(products: readonly string[], size: number, random: Random): Pair[] {
  if (products.length < 2) return [];
  return Array.from({ length: size }, () => {
    const first = random.below(products.length);
    const other = (first + 1 + random.below(products.length - 1)) % products.length;
    return [products[first]!, products[other]!];
  });
}
