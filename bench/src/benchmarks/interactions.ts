import { INTERACTION_TYPES, type InteractionEvent } from '@thaw/contracts';

/** Interactions whose ids spread as a shop's do: multiples of primes instead of random numbers, the same in every run. */
export function interactions(count: number): InteractionEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    customerId: `c${(i * 7_919) % 100_000}`,
    productId: `p${(i * 104_729) % 50_000}`,
    type: INTERACTION_TYPES[i % INTERACTION_TYPES.length]!,
    eventTimeMs: 1_700_000_000_000 + i,
  }));
}
