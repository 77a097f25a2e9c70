import type { CustomerErasureEvent, InteractionEvent, ListingEvent, ProductEvent } from '@thaw/contracts';

/** One event on its way to its topic, in the order of arrival. */
export type SimulatedEvent =
  | { readonly topic: 'products'; readonly event: ProductEvent }
  | { readonly topic: 'listings'; readonly event: ListingEvent }
  | { readonly topic: 'interactions'; readonly event: InteractionEvent }
  | { readonly topic: 'erasures'; readonly event: CustomerErasureEvent };
