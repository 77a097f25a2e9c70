import { expect, test } from '@jest/globals';
import { giveWay } from './give-way.js';

const MIB = 1 << 20;

test('who reads waits once there were calls meanwhile, and only after much', async () => {
  const calls = new Int32Array(new SharedArrayBuffer(4));
  const before = giveWay(calls);
  expect(before(4 * MIB)).toBeUndefined();
  Atomics.add(calls, 0, 3);
  expect(before(MIB / 2)).toBeUndefined();
  const pause = before(MIB / 2);
  expect(pause).toBeDefined();
  await pause;
  expect(before(MIB)).toBeUndefined();
});
