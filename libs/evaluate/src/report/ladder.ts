import type { EvaluationResult, ModelResult } from '../protocol/result.js';
import { columns, formatRecall, relativeCost } from './table.js';

const HEADINGS = ['row', 'R@20', 'R@100', '95 %', 'CPU s', '× last', 'MiB', '× last'];

function cells(row: ModelResult, last: ModelResult): string[] {
  const [low, high] = row.recall_at_100_ci95;
  const { compute, memory } = relativeCost(row, last);
  return [
    row.name,
    formatRecall(row.recall_at_20),
    formatRecall(row.recall_at_100),
    `${formatRecall(low)}–${formatRecall(high)}`,
    row.cpu_seconds.toFixed(1),
    compute,
    Math.round(row.peak_rss_bytes / 2 ** 20).toString(),
    memory,
  ];
}

/** The ladder as text, in its order: compute and memory in those of the last row. */
export function formatLadder(result: EvaluationResult): string {
  const last = result.models.at(-1)!;
  return [
    `${result.dataset}: ${result.test_listings} held-back listings of ${result.test_sellers} sellers, ` +
      `${result.candidates} candidates`,
    'every row changes the one above by what it says; what its choices and training cost is in its CPU s',
    '',
    ...columns([HEADINGS, ...result.models.map((row) => cells(row, last))]),
  ].join('\n');
}
