import { expect, test } from '@jest/globals';
import { memoryFrom, VectorMemory } from './vector-memory.js';

const sizes = (memory: readonly SharedArrayBuffer[]): number[] => memory.map(({ byteLength }) => byteLength);

test('memory that was given back is taken again, and no more than one version has is kept', () => {
  const memory = new VectorMemory();
  expect(memory.take()).toEqual([]);
  memory.giveBack([new SharedArrayBuffer(1), new SharedArrayBuffer(2)]);
  memory.giveBack([new SharedArrayBuffer(3), new SharedArrayBuffer(4)]);
  expect(memory.freeBytes).toBe(7);
  expect(sizes(memory.take())).toEqual([3, 4]);
  expect(memory.freeBytes).toBe(0);
});

test('the smallest that is large enough is taken, once, and none that is far too large', () => {
  const free = [100, 40, 60].map((bytes) => new SharedArrayBuffer(bytes));
  const memory = memoryFrom(free);
  expect(memory(50)).toBe(free[2]);
  expect(memory(50)).toBe(free[0]);
  expect(memory(50).byteLength).toBe(50);
  expect(memory(10).byteLength).toBe(10);
  expect(memory(40)).toBe(free[1]);
});
