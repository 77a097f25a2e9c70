import { describe, expect, test } from '@jest/globals';
import type { EvaluationResult, ModelResult } from '../protocol/result.js';
import { htmlReport } from './html.js';
import { formatRecall, formatTable } from './table.js';

const model = (name: string, recall: number): ModelResult => ({
  name,
  recall_at_20: recall / 2,
  recall_at_100: recall,
  recall_at_100_ci95: [recall - 0.02, recall + 0.02],
  macro_recall_at_20: recall,
  macro_recall_at_100: recall,
  by_listings: { '0': null, '1-3': recall, '4-9': recall },
  fit_seconds: 1.25,
  cpu_seconds: 2.5,
  peak_rss_bytes: 2 ** 20 * 300,
  settings: { note: '<b>' },
});

const RESULT: EvaluationResult = {
  dataset: 'a & b',
  candidates: 10,
  test_listings: 5,
  test_sellers: 2,
  seeds: 1,
  split: { source: 'files', time_ms: 0 },
  test_listings_by_listings: { '0': 0, '1-3': 2, '4-9': 3 },
  models: [model('svd', 0.1), model('waml', 0.25)],
};

describe('the reports', () => {
  test.each([
    [0.25, '.250'],
    [1, '1.000'],
    [null, '–'],
  ])('write %s as %s', (value, text) => {
    expect(formatRecall(value)).toBe(text);
  });

  test('the table has one line per model, the best first, in columns', () => {
    const lines = formatTable(RESULT).split('\n');
    expect(lines.slice(-2).map((line) => line.split(/\s+/)[0])).toEqual(['waml', 'svd']);
    expect(new Set(lines.slice(-2).map((line) => line.length)).size).toBe(1);
  });

  test('a model that has something to say of its fit says it below', () => {
    const note = 'gain & noise';
    const told = { ...RESULT, models: [model('svd', 0.1), { ...model('waml-network', 0.25), note }] };
    expect(formatTable(told).split('\n').slice(-2)).toEqual(['', 'waml-network: gain & noise']);
    expect(htmlReport(told)).toContain('<p>waml-network: gain &amp; noise</p>');
  });

  test('the page escapes what comes from data', () => {
    const page = htmlReport(RESULT);
    expect(page).toContain('a &amp; b');
    expect(page).not.toContain('<b>');
    expect(page.match(/<rect/g)).toHaveLength(2);
  });
});
