import { count, table } from '../terminal/format.js';
import { type Finding, SUBJECTS, type Subject } from './findings.js';
import type { Verification } from './verify.js';

const LABELS: Readonly<Record<Subject, string>> = {
  sellers: 'sellers',
  products: 'products of the training set',
  candidates: 'products, candidate or not',
  edges: 'edges and their counts',
  listings: 'listings',
  pairs: 'counts of single pairs',
  changes: 'changes followed from the first',
};

/** The object of `--output json`. */
export function asJson({ sequence, events, compared, findings, notes }: Verification) {
  return {
    equal: findings.total === 0,
    sequence,
    events,
    compared,
    differences: findings.first.map((finding) => ({
      ...finding,
      live: finding.live ?? null,
      expected: finding.expected ?? null,
    })),
    difference_count: findings.total,
    notes,
  };
}

/** A table of what was compared, the first differences, and the verdict. */
export function asText(verification: Verification): string {
  const { sequence, compared, findings, notes } = verification;
  const rows = SUBJECTS.map((subject) => {
    const size = compared[subject];
    return [
      LABELS[subject],
      size === null ? 'left out' : count(size),
      size === null ? '-' : count(findings.of(subject)),
    ];
  });
  const parts = [readLine(verification), table([['COMPARED', 'HOW MANY', 'DIFFERENCES'], ...rows], [1, 2]), ...notes];
  if (findings.total === 0) return [...parts, `Equal, at change ${sequence}.`].join('\n');
  const more = findings.total > findings.first.length ? `, the first ${findings.first.length}` : '';
  const header = ['IN', 'WHAT', 'OF', 'LIVE', 'EXPECTED'];
  return [
    ...parts,
    `${count(findings.total)} differences at change ${sequence}${more}:`,
    table([header, ...findings.first.map(findingRow)]),
  ].join('\n');
}

function readLine({ events }: Verification): string {
  const { undecodable, future_dated: futureDated, ...topics } = events;
  const read = Object.entries(topics).filter(([, size]) => size > 0);
  const refused = `${count(undecodable)} undecodable and ${count(futureDated)} future-dated records left out`;
  return `Read ${read.map(([name, size]) => `${count(size)} ${name}`).join(', ') || 'no events'}; ${refused}.`;
}

function findingRow({ subject, what, ids, live, expected }: Finding): string[] {
  const value = (one: Finding['live']): string => (one === undefined ? '-' : String(one));
  return [subject, what, ids.join(' + '), value(live), value(expected)];
}
