/** A seeded source of numbers in [0, 1): mulberry32 (Tommy Ettinger), good enough for choosing test cases. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [0, bound). */
export function below(random: () => number, bound: number): number {
  return Math.floor(random() * bound);
}
