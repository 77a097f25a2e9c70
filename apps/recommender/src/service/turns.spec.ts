import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ThawError } from '@thaw/contracts';
import { Turns } from './turns.js';

test('calls are answered in their order; those beyond the bound, gone or too late are not', async () => {
  const turns = new Turns(4, () => 1000);
  const ended: string[] = [];
  const enter = (name: string, { isGone = false, deadlineMs = Infinity } = {}): void => {
    turns.enter({
      answer: () => ended.push(name),
      refuse: ({ code }: ThawError) => ended.push(`${name} ${code}`),
      isGone: () => isGone,
      deadlineMs,
    });
  };
  enter('first');
  enter('gone', { isGone: true });
  enter('late', { deadlineMs: 1000 });
  enter('last');
  enter('one too many');
  expect(ended).toEqual(['one too many RECOMMENDER_BUSY']);
  expect(turns.length).toBe(4);
  while (turns.length > 0) await nextTurn();
  expect(ended.slice(1)).toEqual(['first', 'late DEADLINE_PASSED', 'last']);
  enter('after');
  while (turns.length > 0) await nextTurn();
  expect(ended.at(-1)).toBe('after');
});

test('under a load that never ends everyone has a turn, and nothing is kept of those who had', async () => {
  const turns = new Turns(8);
  const answered: number[] = [];
  let entered = 0;
  const enter = (): void => {
    const number = entered++;
    turns.enter({
      answer: () => {
        answered.push(number);
        if (entered < 1000) enter();
      },
      refuse: () => undefined,
      isGone: () => false,
      deadlineMs: Infinity,
    });
  };
  for (let i = 0; i < 8; i++) enter();
  while (answered.length < 1000) await nextTurn();
  expect(answered).toEqual(Array.from({ length: answered.length }, (_, i) => i));
});
