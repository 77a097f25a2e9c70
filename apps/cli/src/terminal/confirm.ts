import { createInterface } from 'node:readline/promises';
import { ThawError } from '@thaw/contracts';

/** Where a question can be asked. */
export interface Dialogue {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Questions go to standard error: standard output is for the result. */
const TERMINAL: Dialogue = { input: process.stdin, output: process.stderr };

/**
 * Asks before something is done that cannot be taken back by itself.
 *
 * @param what what will happen, as a sentence without its full stop: `This serves v000002 instead of v000003`
 * @param yes the option `--yes`: nothing is asked
 * @throws ThawError NOT_CONFIRMED where the answer is not yes, or there is no terminal to ask on
 */
export async function confirm(what: string, yes: boolean, { input, output }: Dialogue = TERMINAL): Promise<void> {
  if (yes) return;
  if (input.isTTY !== true || output.isTTY !== true) {
    throw new ThawError(
      'NOT_CONFIRMED',
      `${what}. There is no terminal to ask on: say --yes if that is what you want.`,
    );
  }
  const lines = createInterface({ input, output });
  // Closed by Ctrl-C or Ctrl-D, it would never answer.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${what}. Go on? [y/N] `), closed]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new ThawError('NOT_CONFIRMED', 'Nothing was done.');
  } finally {
    lines.close();
  }
}
