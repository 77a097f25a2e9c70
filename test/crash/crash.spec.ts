import { beforeAll, expect, test } from '@jest/globals';
import { CRASH_POINTS } from '@thaw/app-graph';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { LOW_LIMITS } from '../support/graph-settings.js';
import { reportTable } from './crash-report.js';
import { type CrashScenarioOptions, runCrashScenario } from './crash-scenario.js';

/** `npm run test:crash` asks for more of both. */
const KILLS = Number(process.env['THAW_CRASH_KILLS'] ?? 50);
const EVENTS = Number(process.env['THAW_CRASH_EVENTS'] ?? 60 * KILLS);
const SEED = Number(process.env['THAW_CRASH_SEED'] ?? 4);
const MOST_MS_A_KILL = 20_000;

/** So few ids that nearly every event changes the graph; of many events, enough ids that a batch touches a few. */
const size: Pick<CrashScenarioOptions, 'universe' | 'settings' | 'compareEvery'> =
  EVENTS < 100_000
    ? { universe: { customers: 12, products: 16, sellers: 6 }, settings: LOW_LIMITS, compareEvery: 1 }
    : {
        universe: { customers: 400, products: 150, sellers: 20 },
        settings: { ...LOW_LIMITS, historyLimit: 12, coInteractionThreshold: 4, minCustomers: 30, maxListings: 8 },
        compareEvery: 20,
      };

let bootstrap: string;
beforeAll(async () => {
  ({ bootstrap } = await testBroker());
}, 90_000);

test(
  `${KILLS} kill -9: nothing is lost, nothing is counted twice, and no change is left out`,
  async () => {
    const report = await runCrashScenario({
      ...size,
      bootstrap,
      topicPrefix: `${uniqueTopic('crash')}.`,
      seed: SEED,
      kills: KILLS,
      events: EVENTS,
    });
    process.stdout.write(`\n${reportTable(report)}\n`);
    expect(report.differences.slice(0, 10)).toEqual([]);
    expect(report.changes).toMatchObject({ gaps: 0, altered: 0 });
    expect(report.changes.changes).toBeGreaterThan(KILLS);
    // Lives are short by chance: many end before a copy is read.
    expect(report.checks.followed).toBeGreaterThan(KILLS / 4);
    for (const point of CRASH_POINTS) expect(report.killsByPoint.get(point)).toBeGreaterThanOrEqual(KILLS / 10);
  },
  120_000 + KILLS * MOST_MS_A_KILL,
);
