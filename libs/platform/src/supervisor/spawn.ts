import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildSpec {
  /** Unique among the children; the prefix of their output. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type OutputListener = (name: string, line: string) => void;

let canBindToParent: boolean | undefined;

/** Whether `setpriv --pdeathsig` works here (Linux with util-linux). */
export function hasParentDeathSignal(): boolean {
  canBindToParent ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  return canBindToParent;
}

/**
 * Starts a child that does not outlive this process: standard input is a pipe whose end tells it to shut down, and where
 * the system can, the kernel kills it when this process dies. It has a process group of its own, so that Ctrl-C at
 * the terminal reaches only the supervisor, which then stops its children in order.
 */
export function spawnBound({ name, command, args, env }: ChildSpec, onLine: OutputListener): ChildProcess {
  const bound = hasParentDeathSignal();
  const child = spawn(bound ? 'setpriv' : command, bound ? ['--pdeathsig', 'KILL', command, ...args] : [...args], {
    env: { ...env, THAW_SUPERVISED: 'true' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // A child that ends before its input is closed makes writing to it fail: that is its exit, reported as such.
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => onLine(name, line));
  }
  return child;
}
