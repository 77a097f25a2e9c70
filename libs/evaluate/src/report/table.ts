import { LISTING_STRATA } from '@thaw/waml';
import type { EvaluationResult, ModelResult } from '../protocol/result.js';

const HEADINGS = ['model', 'R@20', 'R@100', '95 %', 'per seller', ...LISTING_STRATA, 'seconds', 'MiB'];

/** Three digits after the point and no zero before it: recalls are read in columns. */
export function formatRecall(value: number | null): string {
  return value === null ? '–' : value.toFixed(3).replace(/^0/, '');
}

function cells(model: ModelResult): string[] {
  const [low, high] = model.recall_at_100_ci95;
  return [
    model.name,
    formatRecall(model.recall_at_20),
    formatRecall(model.recall_at_100),
    `${formatRecall(low)}–${formatRecall(high)}`,
    formatRecall(model.macro_recall_at_100),
    ...LISTING_STRATA.map((stratum) => formatRecall(model.by_listings[stratum])),
    model.fit_seconds.toFixed(1),
    Math.round(model.peak_rss_bytes / 2 ** 20).toString(),
  ];
}

/** The result as text: a line on the task, then one line per model, the best Recall@100 first. */
export function formatTable(result: EvaluationResult): string {
  const models = result.models.toSorted((a, b) => b.recall_at_100 - a.recall_at_100);
  const rows = [HEADINGS, ...models.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const strata = LISTING_STRATA.map((stratum) => `${stratum}: ${result.test_listings_by_listings[stratum]}`).join(', ');
  return [
    `${result.dataset}: ${result.test_listings} held-back listings of ${result.test_sellers} sellers, ` +
      `${result.candidates} candidates, ${result.seeds} seed${result.seeds === 1 ? '' : 's'}`,
    `by listings of the product at the split (Recall@100 in the columns): ${strata}`,
    '',
    line(HEADINGS),
    rule,
    ...models.map((model) => line(cells(model))),
  ].join('\n');
}
