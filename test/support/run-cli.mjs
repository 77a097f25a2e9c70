// Runs command lines of `thaw` one after the other in one process: {args, settings} a line in, {exit, out, err} a line out.
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import { runCli } from '../../apps/cli/dist/cli.js';

const own = { ...process.env };
const reply = process.stdout.write.bind(process.stdout);
let out = '';
let err = '';
process.stdout.write = (text) => ((out += text), true);
process.stderr.write = (text) => ((err += text), true);

for await (const line of createInterface({ input: process.stdin })) {
  const { args, settings } = JSON.parse(line);
  process.env = { ...own, ...settings };
  process.exitCode = undefined;
  [out, err] = ['', ''];
  const exit = await runCli(['node', 'thaw', ...args]);
  reply(`${JSON.stringify({ exit, out, err })}\n`);
}
process.exitCode = 0;
