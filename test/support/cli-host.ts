import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ThawResult } from '../../apps/cli/src/testing/thaw.js';

const SCRIPT = fileURLToPath(new URL('run-cli.mjs', import.meta.url));

/** Runs many command lines of `thaw` in one process, one at a time: each is a second faster than one of its own. */
export class CliHost {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    this.#child = spawn(process.execPath, [SCRIPT], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  async run(args: readonly string[], settings: Readonly<Record<string, string>>): Promise<ThawResult> {
    const result = this.#last.then(async () => {
      const answered = new AbortController();
      const { signal } = answered;
      const line = once(this.#lines, 'line', { signal }).then(([text]) => String(text));
      const ended = once(this.#lines, 'close', { signal }).then(() => undefined);
      this.#child.stdin.write(`${JSON.stringify({ args, settings })}\n`);
      try {
        const text = await Promise.race([line, ended]);
        if (text === undefined) throw new Error(`the process that runs the commands ended at thaw ${args.join(' ')}`);
        return JSON.parse(text) as ThawResult;
      } finally {
        for (const waiting of [line, ended]) waiting.catch(() => undefined);
        answered.abort();
      }
    });
    this.#last = result.catch(() => undefined);
    return await result;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}
