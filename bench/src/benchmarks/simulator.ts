import { createMarketplace } from '@thaw/simulator';
import type { Benchmark } from '../benchmark.js';

const BATCH = 10_000;

/** The simulated marketplace alone: events made and dropped, while it grows and once it has grown. */
export const simulator: Benchmark = {
  options: {
    scale: { default: 0.25, help: 'size of the marketplace: 1 is 100 sellers, 100,000 customers' },
    seed: { default: 1, help: 'which marketplace' },
  },

  async run(context) {
    const scale = context.number('scale');
    const seed = context.number('seed');
    const market = createMarketplace({ seed, scale, clock: (number) => number });
    const generate = async (workload: string) => {
      context.progress(`${market.sizes.warmUpEvents} events, ${workload}`);
      const { value, wallSeconds, cpuSeconds, peakRssBytes } = await context.measure(() => {
        let events = 0;
        for (; events < market.sizes.warmUpEvents; events += BATCH) {
          context.signal.throwIfAborted();
          market.next(BATCH);
        }
        return events;
      });
      return {
        metric: 'generated_per_second',
        value: value / wallSeconds,
        unit: '1/s',
        workload,
        events: value,
        cpu_seconds: cpuSeconds,
        peak_rss_bytes: peakRssBytes,
      };
    };
    return [await generate('growing'), await generate('grown')];
  },
};
