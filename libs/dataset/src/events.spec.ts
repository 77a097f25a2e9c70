import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { collect } from './collect.js';
import { SMALL, withFolder } from './dataset.fixture.js';
import { interactionType, readEvents } from './events.js';

const listingCsv = (times: readonly number[]): string =>
  ['seller_id,product_id,timestamp', ...times.map((time, i) => `s${i},p,${time}`)].join('\n');
const interactionCsv = (times: readonly number[]): string =>
  ['customer_id,product_id,type,timestamp', ...times.map((time, i) => `c${i},p,view,${time}`)].join('\n');

describe('readEvents', () => {
  test('gives products first, then the log in time order, listings before interactions of the same time', async () => {
    await withFolder(SMALL, async (folder) => {
      const log = await collect(readEvents(folder));
      expect(log.map(({ topic, value }) => [topic, new Date(value.eventTimeMs).toISOString().slice(0, 10)])).toEqual([
        ['products', '2020-01-01'],
        ['products', '2020-01-01'],
        ['listings', '2020-01-01'],
        ['interactions', '2020-01-02'],
        ['listings', '2020-01-03'],
        ['interactions', '2020-01-03'],
        ['listings', '2020-01-04'],
        ['interactions', '2020-01-05'],
      ]);
      expect(log[2]!.value).toMatchObject({ status: 'listed' });
    });
  });

  test('loses and reorders nothing (against a sort)', async () => {
    const times = fc.array(fc.nat(50)).map((values) => values.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(times, times, async (listed, interacted) => {
        const files = {
          'products.csv': 'product_id,category_id,title,description\n',
          'listings.csv': listingCsv(listed),
          'interactions.csv': interactionCsv(interacted),
        };
        const log = await withFolder(files, (folder) => collect(readEvents(folder)));
        const expected = [...listed, ...interacted].toSorted((a, b) => a - b).map((time) => time * 1000);
        expect(log.map(({ value }) => value.eventTimeMs)).toEqual(expected);
        expect(log.filter(({ topic }) => topic === 'listings')).toHaveLength(listed.length);
      }),
      { numRuns: 25 },
    );
  });

  test('refuses a log that goes back in time', async () => {
    await withFolder({ ...SMALL, 'listings.csv.gz': listingCsv([5, 3]) }, async (folder) => {
      await expect(collect(readEvents(folder))).rejects.toThrow(/Sort the file by timestamp/);
    });
  });

  test('closes its files when the reader stops early', async () => {
    await withFolder(SMALL, async (folder) => {
      for await (const event of readEvents(folder)) {
        expect(event.topic).toBe('products');
        break;
      }
    });
  });
});

test.each([
  ['Purchase', 'purchase'],
  ['review', 'purchase'],
  ['cart', 'cart'],
  ['gaze', 'view'],
])('interactionType makes %s a %s', (word, type) => {
  expect(interactionType(word)).toBe(type);
});
