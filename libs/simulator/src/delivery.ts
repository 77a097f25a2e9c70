import type { SimulatedEvent } from './events.js';
import type { Random } from './random.js';
import type { MarketplaceRates } from './settings.js';

const DUPLICATE_WITHIN = 100;
const DISORDER_WITHIN = 20;
const LATE = { from: 100, to: 2_000 };
/** A power of two above all delays: due places are found by a mask. */
const RING = 4_096;

export interface DeliveryStats {
  duplicates: number;
  disordered: number;
  late: number;
}

/** Brings events as streams do: mostly in order, some twice, some out of order, a few late. Holds a bounded number. */
export class Delivery {
  readonly stats: DeliveryStats = { duplicates: 0, disordered: 0, late: 0 };
  private readonly due: SimulatedEvent[][] = Array.from({ length: RING }, () => []);
  private delivered = 0;

  constructor(
    private readonly rates: Pick<MarketplaceRates, 'duplicate' | 'disorder' | 'late'>,
    private readonly random: Random,
    /** Makes the event that happens at a place of the stream. */
    private readonly happen: (place: number) => SimulatedEvent,
  ) {}

  next(): SimulatedEvent {
    const place = this.delivered++;
    const waiting = this.due[place & (RING - 1)]!;
    const overdue = waiting.shift();
    if (overdue) {
      if (waiting.length > 0) {
        this.due[(place + 1) & (RING - 1)]!.push(...waiting);
        waiting.length = 0;
      }
      return overdue;
    }
    for (;;) {
      const event = this.happen(place);
      const { duplicate, disorder, late } = this.rates;
      const luck = this.random.float();
      if (luck >= duplicate + disorder + late) return event;
      if (luck < duplicate) {
        this.stats.duplicates++;
        this.hold(event, place + 1 + this.random.below(DUPLICATE_WITHIN));
        return event;
      }
      if (luck < duplicate + disorder) {
        this.stats.disordered++;
        this.hold(event, place + 1 + this.random.below(DISORDER_WITHIN));
      } else {
        this.stats.late++;
        this.hold(event, place + LATE.from + this.random.below(LATE.to - LATE.from));
      }
    }
  }

  private hold(event: SimulatedEvent, until: number): void {
    this.due[until & (RING - 1)]!.push(event);
  }
}
