import { parseSync } from '@swc/core';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Block } from './blocks.js';
import type { Tools } from './tools.js';
import type { World } from './world.js';

const HOOKS = fileURLToPath(new URL('typescript-hooks.mjs', import.meta.url));
const LIMIT_MS = 90_000;

export interface Outcome {
  readonly exit: number | string;
  readonly out: string;
  readonly err: string;
}

/** Runs a block as a reader would, from the checkout. */
export async function runBlock({ language, code, notes }: Block, world: World, tools: Tools): Promise<Outcome> {
  const here = world.here(code);
  const { file } = notes;
  if (file !== undefined) await writeFile(join(world.checkout, file), here);
  const [command, ...args] = commandOf(language, here, file ?? '', tools);
  const child = spawn(command!, args, { cwd: world.checkout, env: world.environment, detached: true });
  child.stdin.end();
  const seconds = notes.for === undefined ? undefined : Number(notes.for);
  const isEndless = seconds !== undefined;
  const timer = setTimeout(() => endGroup(child), isEndless ? seconds * 1000 : LIMIT_MS);
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? signal ?? -1));
  });
  const [exit, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  clearTimeout(timer);
  return { exit: isEndless && exit === 'SIGTERM' ? 0 : exit, out, err };
}

/** The shell and all that it started. */
function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
}

function commandOf(language: string, code: string, file: string, tools: Tools): readonly string[] {
  switch (language) {
    case 'sh':
      return ['bash', '--norc', '-O', 'expand_aliases', '-euo', 'pipefail', '-c', code];
    case 'js':
      return [process.execPath, file];
    case 'ts':
      return [process.execPath, '--import', HOOKS, file];
    case 'python':
      return ['.venv/bin/python', file];
    case 'java':
      // As `java FILE` compiles it by itself; warnings of logging have no place in what is checked.
      return ['java', '-cp', `${tools.jars}/*`, file];
    default:
      throw new Error(`Nothing runs ${language}.`);
  }
}

/** What a compiler says against code that is not run; undefined: nothing. */
export function syntaxError({ language, code }: Block): string | undefined {
  if (language === 'sh') return complaint('bash', ['-n'], code);
  if (language === 'python') return complaint('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], code);
  if (language === 'js' || language === 'ts') {
    try {
      parseSync(code, { syntax: 'typescript' });
    } catch (error) {
      return String(error);
    }
  }
  return undefined; // Java has no parser here
}

function complaint(command: string, args: readonly string[], code: string): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { input: code, encoding: 'utf8' });
  if (error !== undefined) return undefined; // not on this machine
  return status === 0 ? undefined : stderr;
}
