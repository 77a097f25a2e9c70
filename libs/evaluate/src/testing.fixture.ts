import { propagateReference, type Propagate } from '@thaw/waml';
import type { EventLog } from './data/event-log.js';
import { snapshotAt } from './data/snapshot.js';
import { exerciseAt, HISTORY_LIMIT, type Exercise, type Training } from './protocol/training.js';

const WORLDS = 4;
const PRODUCTS = 40;
const SELLERS = 24;
const CUSTOMERS = 60;
const WORDS = ['garden lantern', 'steel bolt', 'baby blanket', 'coffee grinder'];

/** A little random number generator of the fixture's own: the same log every time. */
function* numbers(): Generator<number, never> {
  for (let state = 12_345; ;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield (state >>> 8) / 2 ** 24;
  }
}

/**
 * A log in which everybody keeps to one of four worlds of products: what a model can learn is which world. Products of
 * world w are those with number ≡ w (mod 4), and the like for sellers and customers.
 */
export function worldsLog(): EventLog {
  const random = numbers();
  const pick = (count: number, world: number): number =>
    world + WORLDS * Math.floor((random.next().value * count) / WORLDS);
  const events = (count: number, people: number): { who: Int32Array; product: Int32Array; timeMs: Float64Array } => {
    const who = Int32Array.from({ length: count }, () => Math.floor(random.next().value * people));
    return {
      who,
      product: Int32Array.from(who, (person) => pick(PRODUCTS, person % WORLDS)),
      timeMs: Float64Array.from({ length: count }, (_, i) => i * 1000),
    };
  };
  const listings = events(150, SELLERS);
  const interactions = events(600, CUSTOMERS);
  return {
    catalogue: {
      ids: Array.from({ length: PRODUCTS }, (_, p) => `p${p}`),
      category: Int32Array.from({ length: PRODUCTS }, (_, p) => p % WORLDS),
      categoryIds: WORDS,
      texts: Array.from({ length: PRODUCTS }, (_, p) => ({ title: `${WORDS[p % WORLDS]!} ${p}`, description: '' })),
    },
    sellerIds: Array.from({ length: SELLERS }, (_, s) => `s${s}`),
    customerCount: CUSTOMERS,
    listings: { seller: listings.who, product: listings.product, timeMs: listings.timeMs },
    interactions: { customer: interactions.who, product: interactions.product, timeMs: interactions.timeMs },
  };
}

const RULE = { minCustomers: 2, maxListings: 10 };

/** All that is known at the end of the log. */
export function worldsTraining(): Training {
  const snapshot = snapshotAt(worldsLog(), Infinity, HISTORY_LIMIT);
  return { snapshot, candidates: Int32Array.from({ length: PRODUCTS }, (_, p) => p), rule: RULE };
}

/** The last third of the listings, to be foreseen. */
export const worldsExercise = (): Exercise => exerciseAt(worldsLog(), RULE, 100_000, Infinity);

/** Whether a product and a seller are of the same world. */
export const sameWorld = (seller: number, product: number): boolean => seller % WORLDS === product % WORLDS;

export const referencePropagation: Propagate = (graph, h, options) =>
  Promise.resolve(propagateReference(graph, h, options));
