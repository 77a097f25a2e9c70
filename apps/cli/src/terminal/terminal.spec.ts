import { describe, expect, test } from '@jest/globals';
import { parseDuration, parsePositive, parseRate, parseSeed } from '../commands/options.js';
import { count, duration, table } from './format.js';
import { LiveBlock } from './live-block.js';

test('numbers, durations and tables read well', () => {
  expect(count(1_234_567.8)).toBe('1,234,568');
  expect([1234, 61_000, 3_660_000].map(duration)).toEqual(['1.2 s', '1 min 1 s', '1 h 1 min']);
  expect(
    table(
      [
        ['NAME', 'N'],
        ['a', '10'],
        ['bcdef', '7'],
      ],
      [1],
    ),
  ).toBe('NAME    N\na      10\nbcdef   7');
});

test('options take what they say and refuse the rest', () => {
  expect([parsePositive('0.5'), parseRate('max'), parseSeed('0')]).toEqual([0.5, Infinity, 0]);
  expect(['90s', '5m', '1h', '250ms', '2'].map(parseDuration)).toEqual([90_000, 300_000, 3_600_000, 250, 2000]);
  for (const bad of ['', '-1', '0', 'x', 'Infinity']) expect(() => parsePositive(bad)).toThrow('above 0');
  for (const bad of ['0s', '5 weeks', '', '-1s']) expect(() => parseDuration(bad)).toThrow('duration');
  for (const bad of ['1.5', '-1', 'abc', '9007199254740993']) expect(() => parseSeed(bad)).toThrow('whole number');
});

const ESCAPE = '\u001b';
const CONTROL = new RegExp(`(${ESCAPE}\\[\\d+[AJ]|\\n|\\r)`);
const CURSOR_UP = new RegExp(`^${ESCAPE}\\[(\\d+)A$`);

/** A terminal as people see it: the lines on it, after cursor movements and erasures. */
function screen(columns = 40) {
  const lines: string[] = [''];
  let row = 0;
  const write = (text: string): void => {
    for (const part of text.split(CONTROL)) {
      const up = CURSOR_UP.exec(part);
      if (up) row -= Number(up[1]);
      else if (part === `${ESCAPE}[0J`) lines.splice(row, Infinity, '');
      else if (part === '\n') lines[++row] ??= '';
      else if (part !== '\r') lines[row] = `${lines[row] ?? ''}${part}`;
    }
  };
  return { isTTY: true, columns, write, shown: () => lines.slice(0, row) };
}

describe('the live block', () => {
  test('stays below what is written, and is redrawn in place', () => {
    const terminal = screen();
    const block = new LiveBlock(terminal);
    block.update(['one', 'two', 'three']);
    block.write('log 1\n');
    block.update(['uno', 'dos']);
    block.write('log 2\n');
    expect(terminal.shown()).toEqual(['log 1', 'log 2', 'uno', 'dos']);
    block.clear();
    expect(terminal.shown()).toEqual(['log 1', 'log 2']);
  });

  test('cuts lines that would wrap', () => {
    const terminal = screen(10);
    new LiveBlock(terminal).update(['0123456789abc']);
    expect(terminal.shown()).toEqual(['01234567…']);
  });

  test('only passes on what is written where there is no terminal', () => {
    const written: string[] = [];
    const block = new LiveBlock({ write: (text) => written.push(text) });
    block.update(['status']);
    block.write('log\n');
    expect(written).toEqual(['log\n']);
  });
});
