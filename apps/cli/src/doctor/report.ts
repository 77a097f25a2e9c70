import { table } from '../terminal/format.js';
import { type CheckedFinding, type Verdict, VERDICTS } from './check.js';

const SIGNS: Readonly<Record<Verdict, string>> = { ok: 'ok', warn: 'warn', fail: 'FAIL', skipped: '-' };

/** Whether anything failed. */
export const hasFailed = (findings: readonly CheckedFinding[]): boolean =>
  findings.some(({ verdict }) => verdict === 'fail');

const sizes = (findings: readonly CheckedFinding[]) =>
  Object.fromEntries(VERDICTS.map((verdict) => [verdict, findings.filter((each) => each.verdict === verdict).length]));

export function findingsAsText(findings: readonly CheckedFinding[], tookMs: number): string {
  const rows = findings.flatMap(({ name, verdict, what, todo }) => [
    [SIGNS[verdict], name, what],
    ...(todo === undefined ? [] : [['', '', `-> ${todo}`]]),
  ]);
  const { ok = 0, warn = 0, fail = 0 } = sizes(findings);
  const verdict = fail > 0 ? 'Something is wrong' : warn > 0 ? 'It works, with reservations' : 'All is well';
  return [
    table(rows),
    '',
    `${verdict}: ${ok} ok, ${warn} warnings, ${fail} failures, ${(tookMs / 1000).toFixed(1)} s.`,
  ].join('\n');
}

export const findingsAsJson = (findings: readonly CheckedFinding[], tookMs: number) => ({
  healthy: !hasFailed(findings),
  ...sizes(findings),
  tookMs: Math.round(tookMs),
  checks: findings.map(({ todo, ...finding }) => ({ ...finding, todo: todo ?? null })),
});
