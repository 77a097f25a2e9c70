import type { EmbeddedCounter } from './counting/embedded-counter.js';
import type { ExternalCounter } from './counting/external-counter.js';
import { Erasures } from './erasures.js';
import { Reduction } from './reduction/reduction.js';
import type { GraphSettings } from './settings.js';
import { Catalogue } from './state/catalogue.js';
import { Interner } from './state/interner.js';
import { Listings } from './state/listings.js';

export type Counter =
  | { readonly kind: 'embedded'; readonly counter: EmbeddedCounter }
  | { readonly kind: 'external'; readonly counter: ExternalCounter };

/** Everything the graph knows, in memory. */
export class GraphState {
  readonly customerIds = new Interner();
  readonly sellerIds = new Interner();
  readonly catalogue = new Catalogue();
  readonly listings = new Listings();
  readonly erasures = new Erasures();
  readonly reduction: Reduction;
  /** Of the last change made; the next one has one more. */
  sequence = 0;
  /** The sequence number at which a state that was restored from a backup went on; 0: it never was. */
  restoredSequence = 0;

  constructor(
    readonly productIds: Interner,
    readonly counting: Counter,
    public settings: GraphSettings,
  ) {
    const { counter } = counting;
    const { listings, catalogue, sellerIds } = this;
    this.reduction = new Reduction({ counter, listings, catalogue, productIds, sellerIds }, settings);
  }
}
