import { LISTING_STRATA } from '@thaw/waml';
import type { EvaluationResult, ModelResult } from '../protocol/result.js';

const HEADINGS = [
  'model',
  'R@20',
  'R@100',
  '95 %',
  'per seller',
  ...LISTING_STRATA,
  'CPU s',
  '× waml',
  'MiB',
  '× waml',
];

/** Three digits after the point and no zero before it: recalls are read in columns. */
export function formatRecall(value: number | null): string {
  return value === null ? '–' : value.toFixed(3).replace(/^0/, '');
}

/** Compute and memory of a model in those of another of the same run; – where that was not run. */
export function relativeCost(model: ModelResult, other: ModelResult | undefined): { compute: string; memory: string } {
  const ratio = (own: number, unit: number | undefined): string => {
    if (unit === undefined || unit === 0) return '–';
    return (own / unit).toFixed(own / unit < 9.95 ? 1 : 0);
  };
  return {
    compute: ratio(model.cpu_seconds, other?.cpu_seconds),
    memory: ratio(model.peak_rss_bytes, other?.peak_rss_bytes),
  };
}

function cells(model: ModelResult, waml: ModelResult | undefined): string[] {
  const [low, high] = model.recall_at_100_ci95;
  const { compute, memory } = relativeCost(model, waml);
  return [
    model.name,
    formatRecall(model.recall_at_20),
    formatRecall(model.recall_at_100),
    `${formatRecall(low)}–${formatRecall(high)}`,
    formatRecall(model.macro_recall_at_100),
    ...LISTING_STRATA.map((stratum) => formatRecall(model.by_listings[stratum])),
    model.cpu_seconds.toFixed(1),
    compute,
    Math.round(model.peak_rss_bytes / 2 ** 20).toString(),
    memory,
  ];
}

/** Rows of cells as lines, the first row above a rule: the first column to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  const [heading, ...others] = rows.map(line);
  return [heading!, widths.map((width) => '─'.repeat(width)).join('  '), ...others];
}

/** What models say of their fits, in the order given. */
export const notesOf = (models: readonly ModelResult[]): string[] =>
  models.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));

/** The result as text: a line on the task, then one line per model, the best Recall@100 first, then what models say. */
export function formatTable(result: EvaluationResult): string {
  const models = result.models.toSorted((a, b) => b.recall_at_100 - a.recall_at_100);
  const waml = result.models.find(({ name }) => name === 'waml');
  const notes = notesOf(models);
  const strata = LISTING_STRATA.map((stratum) => `${stratum}: ${result.test_listings_by_listings[stratum]}`).join(', ');
  return [
    `${result.dataset}: ${result.test_listings} held-back listings of ${result.test_sellers} sellers, ` +
      `${result.candidates} candidates, ${result.seeds} seed${result.seeds === 1 ? '' : 's'}`,
    `by listings of the product at the split (Recall@100 in the columns): ${strata}`,
    '',
    ...columns([HEADINGS, ...models.map((model) => cells(model, waml))]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}
