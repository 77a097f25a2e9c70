import { expect, test } from '@jest/globals';
import { SharedLook } from './shared-look.js';

test('those who ask at about the same time share a look', async () => {
  let [looks, now] = [0, 0];
  const shared = new SharedLook({ look: () => Promise.resolve(++looks), freshMs: 100, maxWaiting: 10, now: () => now });
  expect(await Promise.all([shared.get(), shared.get(), shared.get()])).toEqual([1, 1, 1]);
  now = 99;
  expect(await shared.get()).toBe(1);
  now = 100;
  expect(await shared.get()).toBe(2);
  shared.forget();
  expect(await shared.get()).toBe(3);
});

test('more than can wait are told so, and a look that failed is not remembered', async () => {
  let fail!: (reason: Error) => void;
  let looks = 0;
  const look = () => (looks++ === 0 ? new Promise<number>((_, reject) => (fail = reject)) : Promise.resolve(7));
  const shared = new SharedLook({ look, freshMs: 100, maxWaiting: 2 });
  const first = [shared.get(), shared.get()];
  await expect(shared.get()).rejects.toMatchObject({ code: 'RECOMMENDER_BUSY' });
  fail(new Error('away'));
  for (const each of first) await expect(each).rejects.toThrow('away');
  expect(await shared.get()).toBe(7);
});

test('a look that was under way when it was to be forgotten is not remembered', async () => {
  let answer!: (value: number) => void;
  let looks = 0;
  const look = () => (looks++ === 0 ? new Promise<number>((resolve) => (answer = resolve)) : Promise.resolve(2));
  const shared = new SharedLook({ look, freshMs: 1e9, maxWaiting: 2 });
  const early = shared.get();
  shared.forget();
  const late = shared.get();
  answer(1);
  expect(await Promise.all([early, late])).toEqual([1, 2]);
  expect(await shared.get()).toBe(2);
});
