import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from '@thaw/platform';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ThawRun {
  readonly process: ChildProcess;
  /** Resolves when the process and its output have ended. */
  readonly ended: Promise<ThawResult>;
}

export interface ThawResult {
  /** The exit code, or the signal's name. */
  readonly exit: number | string;
  readonly out: string;
  readonly err: string;
}

/** Starts the built command with these settings and no others. */
export function startThaw(args: readonly string[], settings: Readonly<Record<string, string>> = {}): ThawRun {
  const { PATH, HOME, XDG_CACHE_HOME } = processEnvironment();
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH, HOME, XDG_CACHE_HOME, ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([how, out, err]) => ({
    exit: how,
    out,
    err,
  }));
  return { process: child, ended };
}

export function thaw(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<ThawResult> {
  const run = startThaw(args, settings);
  run.process.stdin?.end();
  return run.ended;
}

/** A folder for one test; `remove` takes it away. */
export async function scratchFolder(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'thaw-cli-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
