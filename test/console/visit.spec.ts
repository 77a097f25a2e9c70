import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { OperatorClient } from '../../apps/cli/src/clients/operator.js';
import { sellerId, smallMarket } from '../main-job/market.js';
import { RunningThaw } from '../main-job/running-thaw.js';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { GraphTopics } from '../support/graph-topics.js';
import { noBrowser, openBrowser, Witness } from './browser.js';
import { startFineTune } from './start-fine-tune.js';

const SELLER = sellerId(0, 0);
const SETTINGS = {
  THAW_CO_INTERACTION_THRESHOLD: '2',
  THAW_MIN_CUSTOMERS: '3',
  THAW_MAX_LISTINGS: '10',
  THAW_TRAINER_MIN_GAP: '1h',
};

if (noBrowser !== undefined) process.stderr.write(`The visit to the console is skipped: ${noBrowser}.\n`);

(noBrowser === undefined ? describe : describe.skip)('a visit to the console of a running Thaw', () => {
  let topics: GraphTopics;
  let running: RunningThaw;
  let browser: Browser;
  let page: Page;
  let witness: Witness;

  beforeAll(async () => {
    const { bootstrap } = await testBroker();
    topics = await GraphTopics.create(bootstrap, `${uniqueTopic('console')}.`);
    await topics.produce(smallMarket(1));
    const settings = { ...SETTINGS, KAFKA_BROKERS: bootstrap, THAW_TOPIC_PREFIX: topics.prefix };
    [browser, running] = await Promise.all([openBrowser(), RunningThaw.start(settings, ['--no-simulate'])]);
    const operator = new OperatorClient(running.grpc('trainer'), running.security);
    const versions = async (count: number) =>
      await eventually(async () => {
        const made = await operator.versions(10, 5_000).catch(() => []);
        return made.length >= count ? made : undefined;
      }, `there are ${count} versions`);
    await versions(1);
    await startFineTune(running.grpc('trainer'));
    await versions(2);
    operator.close();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    witness = new Witness(page);
  }, 240_000);

  afterAll(async () => {
    await browser.close();
    await running.stop();
    await topics.close();
  }, 60_000);

  /** What axe finds that keeps people out, by rule and place. */
  async function barriers(): Promise<string[]> {
    // A colour on its way to another one has a contrast that nobody sees.
    await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
      );
  }

  const served = async (version: string) =>
    await page.locator('.top-status', { hasText: `Serving ${version}` }).waitFor();

  test('opens at once, and shows what is served and the whole reduction', async () => {
    await page.goto(`${running.http('recommender')}/`);
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    const ready = await page.evaluate<number>("performance.getEntriesByName('thaw-ready')[0].startTime");
    process.stderr.write(`The console was ready ${ready.toFixed(0)} ms after it was asked for.\n`);
    await served('v000002');
    const steps = page.getByRole('list', { name: /^The reduction/ }).getByRole('listitem');
    expect(await steps.count()).toBe(7);
    expect(await steps.first().innerText()).toMatch(/Customers\s+\d/);
    await page
      .getByRole('table', { name: /Candidates by listings/ })
      .getByText('47.9 %')
      .waitFor();
    expect(await page.getByRole('img', { name: /^Recall@100 of 2 versions/ }).count()).toBe(1);
    await page.getByText('This version has no trained network').waitFor();
    await page.getByRole('list', { name: 'Earlier runs' }).getByText('published').waitFor();
  });

  test('tells what a seller should list, and draws why', async () => {
    await page.getByLabel('Seller id').fill(SELLER);
    await page.keyboard.press('Enter');
    const products = page.getByRole('list', { name: `For ${SELLER}` }).getByRole('button');
    await products.first().waitFor();
    expect(await products.count()).toBe(10);
    await page.getByRole('img', { name: `Seller ${SELLER}` }).waitFor();
    expect(await page.getByRole('img', { name: /^Listing .*: \d+ customers?/ }).count()).toBeGreaterThan(0);
    await page
      .getByRole('list', { name: 'The evidence in words' })
      .getByText(/customers? had both/)
      .first()
      .waitFor();
    const second = await products.nth(1).locator('.product-title').innerText();
    await products.nth(1).press('Enter');
    await page.getByRole('img', { name: `Recommended: ${second}` }).waitFor();
  });

  test('serves another version, and releases it, by the keyboard alone', async () => {
    const goTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 200; presses++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate<string>(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
        );
        if (focused === name) return;
      }
      throw new Error(`${name} cannot be reached by the Tab key`);
    };
    await goTo('Activate v000001');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Serve v000001?' });
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/Before\s+v000002[^]*After\s+v000001/);
    expect(await barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('Enter'); // the focus is back where it came from
    await dialog.waitFor();
    await goTo('Activate v000001');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('v000001 is served now, pinned.').waitFor();
    await served('v000001');
    await goTo('Release the pin');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Release the pin?' }).waitFor();
    await goTo('Release the pin');
    await page.keyboard.press('Enter');
    await served('v000002');
  });

  test.each(['light', 'dark'] as const)('keeps nobody out in its %s colours', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await barriers()).toEqual([]);
  });

  test('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    await page.getByRole('img', { name: `Seller ${SELLER}` }).waitFor();
    const excess = 'document.documentElement.scrollWidth - window.innerWidth';
    await eventually(async () => ((await page.evaluate<number>(excess)) <= 0 ? true : undefined), 'nothing sticks out');
    expect(await barriers()).toEqual([]);
  });

  test('has nothing to complain of, and asks nobody but the recommender', () => {
    expect(witness.errors).toEqual([]);
    expect([...witness.origins]).toEqual([running.http('recommender')]);
  });
});
