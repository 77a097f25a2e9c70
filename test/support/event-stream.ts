import type { AnyEvent } from './graph-events.js';
import { Random } from '@thaw/simulator';

/** Numbers of ids: the fewer, the more often histories overflow and counts cross thresholds. */
export interface Universe {
  readonly customers: number;
  readonly products: number;
  readonly sellers: number;
}

const START_MS = 1_700_000_000_000;
const MS_AN_EVENT = 1000;
const REPEATED_SHARE = 0.05;
const LATE_SHARE = 0.05;
/** How far back events are repeated, and how late they come, in events. */
const MEMORY = 200;

/**
 * An endless stream of everything that can happen to a graph, the same for the same seed: most events are
 * interactions, some are repeated, some come late, and time goes on, so that the graph never settles.
 */
export function* eventStream(seed: number, universe: Universe): Generator<AnyEvent, never> {
  const random = new Random(seed);
  const recent: AnyEvent[] = [];
  for (let number = 0; ; number++) {
    const isRepeated = recent.length > 0 && random.float() < REPEATED_SHARE;
    const delay = random.float() < LATE_SHARE ? random.below(MEMORY) : 0;
    const eventTimeMs = START_MS + Math.max(0, number - delay) * MS_AN_EVENT;
    const event = isRepeated ? recent[random.below(recent.length)]! : newEvent(random, universe, eventTimeMs);
    recent[number % MEMORY] = event;
    yield event;
  }
}

function newEvent(random: Random, universe: Universe, eventTimeMs: number): AnyEvent {
  const customerId = `c${random.below(universe.customers)}`;
  const productId = `p${popular(random, universe.products)}`;
  const kind = random.float();
  if (kind < 0.75) return { kind: 'interaction', event: { customerId, productId, type: 'purchase', eventTimeMs } };
  if (kind < 0.76) return { kind: 'erasure', event: { customerId, eventTimeMs } };
  if (kind < 0.9) {
    const sellerId = `s${random.below(universe.sellers)}`;
    const status = random.float() < 0.35 ? 'listed' : 'withdrawn';
    return { kind: 'listing', event: { sellerId, productId, status, eventTimeMs } };
  }
  const status = random.float() < 0.85 ? 'active' : 'removed';
  const title = `title ${random.below(4)}`;
  const categoryId = `a${random.below(3)}`;
  return { kind: 'product', event: { productId, categoryId, title, description: '', status, eventTimeMs } };
}

/** Small numbers more often than large ones. */
function popular(random: Random, bound: number): number {
  return Math.min(random.below(bound), random.below(bound));
}
