import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../..', import.meta.url));

/** A process of a test: its lines as they come, and its end. */
export interface Script {
  readonly process: ChildProcess;
  /** Resolves with the first line that matches, also one that came before. */
  readonly line: (pattern: RegExp) => Promise<string>;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Runs an ES module given as text; it imports what it tests from `./dist/`. */
export function runScript(source: string): Script {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: here,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  const notify = () => {
    for (const check of waiting) check();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(line);
    notify();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = seen.find((text) => pattern.test(text));
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
      void ended.then((how) => reject(new Error(`ended with ${how} before ${pattern}; it wrote:\n${seen.join('\n')}`)));
    });
  return { process: child, line, ended };
}

/** Whether a process with this id runs. One that only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !/\) Z /.test(stat);
  } catch {
    return false; // No such process, or it went between the two looks.
  }
}
