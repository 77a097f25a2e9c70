import { ThawError } from '@thaw/contracts';

/** How a check ended. `skipped`: it does not apply here, or what it needs is not there. */
export const VERDICTS = ['ok', 'warn', 'fail', 'skipped'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a check found. */
export interface Finding {
  readonly verdict: Verdict;
  /** What is so. */
  readonly what: string;
  /** What to do about it; absent where all is well. */
  readonly todo?: string;
}

export interface Check {
  /** Unique, such as `broker` or `disk`. */
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<Finding | readonly Finding[]>;
}

export interface CheckedFinding extends Finding {
  readonly name: string;
}

export const ok = (what: string): Finding => ({ verdict: 'ok', what });
export const warn = (what: string, todo: string): Finding => ({ verdict: 'warn', what, todo });
export const fail = (what: string, todo: string): Finding => ({ verdict: 'fail', what, todo });
export const skipped = (what: string): Finding => ({ verdict: 'skipped', what });

/** All checks side by side, each for so long at most: one that hangs is a finding, and holds up nobody. */
export async function runChecks(checks: readonly Check[], timeoutMs: number): Promise<readonly CheckedFinding[]> {
  const found = await Promise.all(
    checks.map(async ({ name, run }) => {
      const findings = await withinTime(run, timeoutMs);
      return [findings].flat().map((finding) => ({ name, ...finding }));
    }),
  );
  return found.flat();
}

async function withinTime(run: Check['run'], timeoutMs: number): Promise<Finding | readonly Finding[]> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      late.abort();
      resolve(fail(`no answer within ${timeoutMs / 1000} s`, 'See what hangs there; the machine may be overloaded.'));
    }, timeoutMs);
  });
  try {
    return await Promise.race([attempt(run, late.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(run: Check['run'], signal: AbortSignal): Promise<Finding | readonly Finding[]> {
  try {
    return await run(signal);
  } catch (thrown) {
    const { code, message } = ThawError.from(thrown);
    return fail(`${code}: ${message}`, 'Do what the message says.');
  }
}
