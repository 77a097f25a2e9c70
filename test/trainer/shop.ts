import { Random } from '@thaw/simulator';
import { interactionEvent, listingEvent, productEvent, productId, sellerId } from '../main-job/market.js';
import type { AnyEvent } from '../support/graph-events.js';

const TASTES = 4;
/** Four hundred in all: a hundred at random hit a quarter. */
const PRODUCTS_A_TASTE = 100;
const SELLERS_A_TASTE = 10;
const CUSTOMERS_A_TASTE = 60;
const INTERACTIONS_A_CUSTOMER = 14;
const START_MS = 1_700_000_000_000;
const MS_BETWEEN_LISTINGS = 60_000;

/** A shop whose sellers keep to their taste, until a test has them do otherwise. */
export class Shop {
  readonly #random = new Random(7);
  #listings = 0;

  /** The catalogue, and customers who keep to their taste. */
  opening(): AnyEvent[] {
    const events: AnyEvent[] = [];
    for (let taste = 0; taste < TASTES; taste++) {
      for (let p = 0; p < PRODUCTS_A_TASTE; p++) events.push(productEvent(productId(taste, p)));
      for (let c = 0; c < CUSTOMERS_A_TASTE; c++) {
        for (let i = 0; i < INTERACTIONS_A_CUSTOMER; i++) {
          events.push(interactionEvent(`customer-${taste}-${c}`, this.#productOf(taste), START_MS + i));
        }
      }
    }
    return events;
  }

  /** The next listings in time, sellers taking turns; each is of a product `away` tastes from the seller's own. */
  listings(count: number, away = 0): AnyEvent[] {
    return Array.from({ length: count }, () => {
      const turn = this.#listings++;
      const taste = turn % TASTES;
      const seller = sellerId(taste, Math.floor(turn / TASTES) % SELLERS_A_TASTE);
      const product = this.#productOf((taste + away) % TASTES);
      return listingEvent(seller, product, START_MS + turn * MS_BETWEEN_LISTINGS);
    });
  }

  #productOf(taste: number): string {
    return productId(taste, this.#random.below(PRODUCTS_A_TASTE));
  }
}

/** Customers of taste 0 find a product that was not there before. */
export function foundProduct(id: string): AnyEvent[] {
  const customers = Array.from({ length: 12 }, (_, c) => interactionEvent(`customer-0-${c}`, id, START_MS + 1000));
  return [productEvent(id, START_MS + 1000), ...customers];
}
