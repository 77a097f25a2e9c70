import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '@thaw/platform';
import { testCacheDir } from '../support/broker.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Setting {
  /** Of its variable. */
  readonly name: string;
  readonly secret: boolean;
}

/** Every setting of Thaw. */
export const settings = Object.values(SETTINGS).flatMap((group) => Object.values(group) as readonly Setting[]);

/** Names of variables that Thaw reads. */
export const knownNames: ReadonlySet<string> = new Set(settings.flatMap(({ name }) => [name, `${name}_FILE`]));

/** A tool that `npm run docs:tools` gets, or that the machine has; undefined where it is absent. */
export function findTool(name: 'hadolint' | 'kubernetes-validate' | 'compose' | 'kubectl'): string | undefined {
  const tools = join(testCacheDir(), 'doc-tools');
  const own = name === 'compose' ? join(tools, 'bin', 'compose') : join(tools, 'validators', 'bin', name);
  if (existsSync(own)) return own;
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0 && name !== 'compose' ? name : undefined;
}

/** What a command prints. @throws Error with what it complained of */
export function outputOf(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 24, env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** `test`, or a skipped one that says in a line what it needs. */
export const whereThereIs = (tool: string, found: string | undefined, test: Chooser, what: string): Chooser['skip'] => {
  if (found !== undefined) return test;
  process.stderr.write(`${what}: not checked, ${tool} is not here (npm run docs:tools)\n`);
  return test.skip;
};

type TestFunction = (name: string, run: () => void) => void;
type Chooser = TestFunction & { readonly skip: TestFunction };
