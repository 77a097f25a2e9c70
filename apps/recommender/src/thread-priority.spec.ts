import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { FEW_CORES } from './thread-priority.js';

const isHere = process.platform === 'linux' && availableParallelism() <= FEW_CORES;
const where = isHere ? test : test.skip;
const note = isHere ? '' : ` (skipped: needs Linux with at most ${FEW_CORES} cores)`;

/** Niceness by thread of a process that did what the code says, first of the main thread. */
function nicenessAfter(code: string): number[] {
  const script = `import { readdirSync, readFileSync } from 'node:fs';
    import { stat } from 'node:fs/promises';
    import { helpersStepBack, stepBack } from ${JSON.stringify(new URL('../dist/thread-priority.js', import.meta.url))};
    await stat('/'); // so that libuv has its threads
    ${code}
    const nice = (id) => Number(readFileSync('/proc/self/task/' + id + '/stat', 'utf8').replace(/.*\\) /, '').split(' ')[16]);
    const others = readdirSync('/proc/self/task').filter((id) => Number(id) !== process.pid);
    console.log(JSON.stringify([process.pid, ...others].map(nice)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  return JSON.parse(output) as number[];
}

where(`helpers step back, and the main thread does not${note}`, () => {
  const before = nicenessAfter('');
  const [main, ...helpers] = nicenessAfter('helpersStepBack();');
  expect(main).toBe(before[0]);
  expect(helpers.length).toBeGreaterThan(4);
  expect(new Set(helpers)).toEqual(new Set([10]));
});

where(`a thread steps back by itself${note}`, () => {
  const [main, ...others] = nicenessAfter('stepBack();');
  expect(main).toBe(19);
  expect(others).not.toContain(19);
});
