import { ThawError } from '@thaw/contracts';
import { TABLE_1, TABLE_5 } from './paper.js';

/** Shares of events, all in [0, 1]. */
export interface MarketplaceRates {
  /** Of all events: a product of the long tail is removed (and another one is born). */
  readonly removal: number;
  /** Of all events: a customer asks to be forgotten (and another one arrives). */
  readonly erasure: number;
  /** Of all events: a seller withdraws a listing. */
  readonly withdrawal: number;
  /** Of all events: a product's description is rewritten. */
  readonly update: number;
  /** Of interactions: the customer returns to a product that they already touched. */
  readonly repeat: number;
  /** Of delivered events: arrives a second time, up to 100 events after the first. */
  readonly duplicate: number;
  /** Of delivered events: arrives 1 to 20 events too late. */
  readonly disorder: number;
  /** Of delivered events: arrives 100 to 2,000 events too late. */
  readonly late: number;
}

export const DEFAULT_RATES: MarketplaceRates = {
  removal: 0.003,
  erasure: 0.0005,
  withdrawal: 0.0005,
  update: 0.001,
  repeat: 0.3,
  duplicate: 0.005,
  disorder: 0.01,
  late: 0.001,
};

export interface MarketplaceSettings {
  /** Any integer: the same seed, scale, rates and clock give the same events, byte for byte. */
  readonly seed: number;
  /** Size: 1 is 100 sellers, 100,000 customers and 100,000 products. Linear. From 0.25. Default 1. */
  readonly scale?: number;
  /**
   * The time, Unix epoch milliseconds, at which the event with this number (0, 1, …) happens. Asked in order,
   * and again for the same number when the event that was to arrive then is delayed. A time before an earlier answer is
   * read as that earlier one, so no event is dated after what the caller said is now.
   */
  readonly clock: (eventNumber: number) => number;
  readonly rates?: Partial<MarketplaceRates>;
  /** Other sizes than the scale's, for a marketplace of another shape than the paper's. */
  readonly sizes?: Partial<Omit<MarketplaceSizes, 'warmUpEvents'>>;
}

/** How many of everything a grown marketplace has. */
export interface MarketplaceSizes {
  readonly sellers: number;
  /** Communities of taste. Their number grows with the scale and their size does not, so neither does local shape. */
  readonly niches: number;
  readonly customers: number;
  readonly products: number;
  /** Products on the way to being found: 3 or 4 customers of the same circle. */
  readonly rising: number;
  readonly candidates: number;
  readonly warm: number;
  /** Distinct customer–product pairs. */
  readonly pairs: number;
  readonly listings: number;
  /** Events until all these are reached; from then on the marketplace only turns over. */
  readonly warmUpEvents: number;
}

const SELLERS_PER_SCALE = 100;
const MIN_SCALE = 0.25;
const MAX_SCALE = 200;
/** Per seller. Chosen so that neighbours of candidates, and pairs with them, come out as table 5 has them. */
const RISING_PER_SELLER = 22;
const WARM_PER_SELLER = 9;
/** With the default share of repeats: enough for the pairs, and a fifth more for turnover on the way. */
const WARM_UP_NEW_PAIRS = 1.2;

/** @throws ThawError CONFIG_INVALID when the scale is out of range. */
export function sizesOf(
  scale: number,
  rates: MarketplaceRates,
  changes: MarketplaceSettings['sizes'] = {},
): MarketplaceSizes {
  if (!(scale >= MIN_SCALE && scale <= MAX_SCALE)) {
    throw new ThawError(
      'CONFIG_INVALID',
      `The scale of the marketplace is ${scale}; give a number from ${MIN_SCALE} to ${MAX_SCALE} (1 is 100 sellers).`,
    );
  }
  const sellers = Math.round(SELLERS_PER_SCALE * scale);
  const sizes = {
    sellers,
    niches: sellers,
    customers: TABLE_5.customers * sellers,
    products: TABLE_5.products * sellers,
    rising: RISING_PER_SELLER * sellers,
    candidates: TABLE_5.candidates * sellers,
    warm: WARM_PER_SELLER * sellers,
    pairs: TABLE_5.customerProductEdges * sellers,
    listings: TABLE_5.sellerProductEdges * sellers,
    ...changes,
  };
  return { ...sizes, warmUpEvents: Math.ceil(((sizes.pairs / (1 - rates.repeat)) * WARM_UP_NEW_PAIRS) / 0.96) };
}

/** @throws ThawError CONFIG_INVALID when a rate is not a share, or events other than interactions leave them no room. */
export function ratesOf(rates: Partial<MarketplaceRates> = {}): MarketplaceRates {
  const all = { ...DEFAULT_RATES, ...rates };
  for (const [name, rate] of Object.entries<number>({ ...all })) {
    if (!(rate >= 0 && rate <= 0.9)) {
      throw new ThawError('CONFIG_INVALID', `The marketplace's rate "${name}" is ${rate}; give a share from 0 to 0.9.`);
    }
  }
  if (all.removal + all.erasure + all.withdrawal + all.update > 0.5) {
    throw new ThawError(
      'CONFIG_INVALID',
      'Removals, erasures, withdrawals and updates together are more than half of the events; lower their rates.',
    );
  }
  return all;
}

/**
 * Shares of candidates with 0, 1, … 9 listings: table 1's three strata, falling within each, mean 2.8. The paper's
 * strata add up to 99.9 %; the missing tenth of a percent goes to the largest.
 */
export const LISTING_SHARES: readonly number[] = [
  TABLE_1.cold,
  ...[0.45, 0.31, 0.24].map((share) => share * (TABLE_1.softCold + 0.001)),
  ...[0.42, 0.25, 0.15, 0.09, 0.05, 0.04].map((share) => share * TABLE_1.mildlyWarmed),
];
