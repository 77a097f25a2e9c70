import { LISTING_STRATA } from '@thaw/waml';
import type { EvaluationResult, ModelResult } from '../protocol/result.js';
import { formatRecall, notesOf, relativeCost } from './table.js';

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!);

/** Pixels. */
const CHART = { labels: 170, bars: 460, row: 26, bar: 14, figures: 120, margin: 4 };

function barRow(model: ModelResult, row: number, scale: (recall: number) => number): string {
  const y = CHART.margin + row * CHART.row;
  const middle = y + CHART.bar / 2;
  const [low, high] = model.recall_at_100_ci95.map(scale);
  const own = model.name.startsWith('waml') ? ' class="own"' : '';
  return [
    `<text x="${CHART.labels - 8}" y="${middle + 4}" text-anchor="end">${escaped(model.name)}</text>`,
    `<rect${own} x="${CHART.labels}" y="${y}" width="${scale(model.recall_at_100).toFixed(1)}" height="${CHART.bar}"/>`,
    `<line x1="${(CHART.labels + low!).toFixed(1)}" x2="${(CHART.labels + high!).toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${(CHART.labels + high! + 8).toFixed(1)}" y="${middle + 4}">${formatRecall(model.recall_at_100)}</text>`,
  ].join('');
}

/** Recall@100 as bars, with the 95 % interval as a line through the end. */
function chart(models: readonly ModelResult[]): string {
  const highest = Math.max(...models.map((model) => model.recall_at_100_ci95[1]), 0.01);
  const scale = (recall: number): number => (recall / highest) * CHART.bars;
  const width = CHART.labels + CHART.bars + CHART.figures;
  const height = CHART.margin + models.length * CHART.row;
  const rows = models.map((model, row) => barRow(model, row, scale)).join('\n');
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="Recall@100 by model">\n${rows}\n</svg>`;
}

function tableRow(model: ModelResult, waml: ModelResult | undefined): string {
  const [low, high] = model.recall_at_100_ci95;
  const { compute, memory } = relativeCost(model, waml);
  const cells = [
    escaped(model.name),
    formatRecall(model.recall_at_20),
    formatRecall(model.recall_at_100),
    `${formatRecall(low)}–${formatRecall(high)}`,
    formatRecall(model.macro_recall_at_100),
    ...LISTING_STRATA.map((stratum) => formatRecall(model.by_listings[stratum])),
    model.cpu_seconds.toFixed(1),
    compute,
    memory,
    `<code>${escaped(JSON.stringify(model.settings))}</code>`,
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

const STYLE = `body{font:14px system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse;margin-top:1.5rem}
td,th{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #ddd}td:first-child,td:last-child{text-align:left}
td:last-child{max-width:40rem;overflow-wrap:anywhere;font-size:11px}
svg rect{fill:#9ab}svg rect.own{fill:#2a7}svg line{stroke:#222}`;

/** One page without anything from outside: the chart, the table, what each model chose. */
export function htmlReport(result: EvaluationResult): string {
  const models = result.models.toSorted((a, b) => b.recall_at_100 - a.recall_at_100);
  const counts = LISTING_STRATA.map((stratum) => `${stratum}: ${result.test_listings_by_listings[stratum]}`).join(', ');
  const headings = [
    'model',
    'R@20',
    'R@100',
    '95 %',
    'per seller',
    ...LISTING_STRATA,
    'CPU seconds',
    'compute × waml',
    'memory × waml',
    'settings',
  ];
  const waml = result.models.find(({ name }) => name === 'waml');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Recall on ${escaped(result.dataset)}</title><style>${STYLE}</style></head>
<body><h1>Recall@100 on ${escaped(result.dataset)}</h1>
<p>${result.test_listings} held-back listings of ${result.test_sellers} sellers onto ${result.candidates} candidates;
mean of ${result.seeds} seed(s). Held-back listings by the listings that the product had at the split: ${counts}.</p>
${chart(models)}
<table><thead><tr>${headings.map((heading) => `<th>${heading}</th>`).join('')}</tr></thead>
<tbody>${models.map((model) => tableRow(model, waml)).join('\n')}</tbody></table>
${notesOf(models)
  .map((note) => `<p>${escaped(note)}</p>`)
  .join('\n')}</body></html>
`;
}
