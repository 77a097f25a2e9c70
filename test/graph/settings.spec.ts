import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testBroker } from '../support/broker.js';
import { eventStream } from '../support/event-stream.js';
import { GraphFixture } from '../support/graph-fixture.js';
import { LOW_LIMITS } from '../support/graph-settings.js';

const EXIT_FATAL = 78;
const stream = eventStream(3, { customers: 12, products: 12, sellers: 6 });
const events = (count: number) => Array.from({ length: count }, () => stream.next().value);

let fixture: GraphFixture;
beforeAll(async () => {
  const { bootstrap } = await testBroker();
  fixture = await GraphFixture.create(bootstrap, 'settings');
  await fixture.topics.produce(events(300));
}, 90_000);
afterAll(async () => {
  await fixture.close();
});

describe('settings changed between two runs', () => {
  test('another threshold: the graph is made anew, and its readers are told', async () => {
    let edges = -1;
    for (const coInteractionThreshold of [2, 3, 2]) {
      const settings = { ...LOW_LIMITS, coInteractionThreshold };
      const app = await fixture.start(settings);
      expect(await fixture.differences(app, settings)).toEqual([]);
      const { replica, header } = await fixture.readAll(app);
      expect(header.settings).toMatchObject({ coInteractionThreshold });
      expect(replica.edges.size).not.toBe(edges);
      edges = replica.edges.size;
      await app.kill('SIGTERM');
    }
  });

  test('a higher history limit takes back what had faded', async () => {
    const settings = { ...LOW_LIMITS, historyLimit: LOW_LIMITS.demandLimit };
    const app = await fixture.start(settings);
    expect(await fixture.differences(app, settings)).toEqual([]);
    await app.kill('SIGTERM');
  });

  test('a higher limit than that of demand is refused, and the old one is taken again', async () => {
    const refused = fixture.spawn({ ...LOW_LIMITS, demandLimit: 8 });
    await refused.exited;
    expect(refused.exitCode).toBe(EXIT_FATAL);
    expect(refused.log).toContain('"code":"GRAPH_SETTINGS"');
    expect(refused.log).toContain('THAW_DEMAND_LIMIT cannot be raised from 6 to 8');

    await fixture.topics.produce(events(50));
    const app = await fixture.start(LOW_LIMITS);
    expect(await fixture.differences(app, LOW_LIMITS)).toEqual([]);
    await app.kill('SIGTERM');
  });
});
