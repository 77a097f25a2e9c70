import { Random } from '@thaw/simulator';
import type { AnyEvent } from '../support/graph-events.js';

/** Worlds of taste: products, customers and sellers of one hardly meet those of another. */
const TASTES = ['candle', 'teapot', 'lantern', 'basket'] as const;
const PRODUCTS_A_TASTE = 30;
const SELLERS_A_TASTE = 12;
const CUSTOMERS_A_TASTE = 60;
const INTERACTIONS_A_CUSTOMER = 10;
const LISTINGS_A_SELLER = 8;
const STRAY_SHARE = 0.05;
const START_MS = 1_700_000_000_000;
const MS_BETWEEN_LISTINGS = 60_000;

export const productId = (taste: number, product: number): string => `${TASTES[taste]!}-${product}`;
export const sellerId = (taste: number, seller: number): string => `seller-${TASTES[taste]!}-${seller}`;
export const tasteOf = (id: string): number => TASTES.findIndex((taste) => id.includes(taste));

/** A product enters the catalogue. */
export function productEvent(id: string, eventTimeMs = START_MS, status: 'active' | 'removed' = 'active'): AnyEvent {
  const [taste = ''] = id.split('-');
  const title = `${taste} number ${id.slice(taste.length + 1)}`;
  return {
    kind: 'product',
    event: { productId: id, categoryId: `all-${taste}s`, title, description: '', status, eventTimeMs },
  };
}

export function listingEvent(seller: string, product: string, eventTimeMs: number): AnyEvent {
  return { kind: 'listing', event: { sellerId: seller, productId: product, status: 'listed', eventTimeMs } };
}

export function interactionEvent(customerId: string, product: string, eventTimeMs: number): AnyEvent {
  return { kind: 'interaction', event: { customerId, productId: product, type: 'purchase', eventTimeMs } };
}

/** A small marketplace in which it is plain who will list what: everybody keeps to one taste, nearly always. */
export function smallMarket(seed: number): AnyEvent[] {
  const random = new Random(seed);
  const events: AnyEvent[] = [];
  const somewhere = (taste: number): string => {
    const strayed = random.float() < STRAY_SHARE ? random.below(TASTES.length) : taste;
    return productId(strayed, random.below(PRODUCTS_A_TASTE));
  };
  let listingTimeMs = START_MS;
  TASTES.forEach((_, taste) => {
    for (let p = 0; p < PRODUCTS_A_TASTE; p++) events.push(productEvent(productId(taste, p)));
    for (let c = 0; c < CUSTOMERS_A_TASTE; c++) {
      for (let i = 0; i < INTERACTIONS_A_CUSTOMER; i++) {
        events.push(interactionEvent(`customer-${taste}-${c}`, somewhere(taste), START_MS + i));
      }
    }
  });
  // Sellers of all tastes list in turn, so that every stretch of time has listings of each.
  for (let i = 0; i < LISTINGS_A_SELLER; i++) {
    for (let s = 0; s < SELLERS_A_TASTE; s++) {
      TASTES.forEach((_, taste) => {
        listingTimeMs += MS_BETWEEN_LISTINGS;
        events.push(listingEvent(sellerId(taste, s), somewhere(taste), listingTimeMs));
      });
    }
  }
  return events;
}
