import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { confirm } from './confirm.js';

const streams = (isTTY: boolean) => ({
  input: Object.assign(new PassThrough(), { isTTY }),
  output: Object.assign(new PassThrough(), { isTTY }),
});

test.each(['y\n', 'Yes\n', ' YES \n'])('%j goes on', async (answer) => {
  const { input, output } = streams(true);
  input.write(answer);
  await confirm('This serves v000002', false, { input, output });
  expect(String(output.read())).toContain('This serves v000002. Go on? [y/N]');
});

test.each(['n\n', '\n', 'yesterday\n', ''])('%j does not', async (answer) => {
  const { input, output } = streams(true);
  input.end(answer);
  await expect(confirm('This', false, { input, output })).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
});

test('without a terminal it asks for --yes, with which nothing is asked', async () => {
  const { input, output } = streams(false);
  await expect(confirm('This', false, { input, output })).rejects.toThrow('--yes');
  await confirm('This', true, { input, output });
  expect(output.read()).toBeNull();
});
