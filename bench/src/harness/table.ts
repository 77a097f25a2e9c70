import type { Result } from '../benchmark.js';

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

const show = (value: string | number | boolean | undefined): string =>
  typeof value === 'number' ? NUMBER.format(value) : String(value ?? '');

/** Results as text columns: metric, value and unit first, then every further fact that any result has. */
export function table(results: readonly Result[]): string {
  const columns = [...new Set(['metric', 'value', 'unit', ...results.flatMap((result) => Object.keys(result))])];
  const rows = results.map((result) => columns.map((column) => show(result[column])));
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]!.length)));
  const isNumeric = columns.map((column) => results.every((result) => typeof (result[column] ?? 0) === 'number'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [columns, ...rows].map(line).join('\n');
}
