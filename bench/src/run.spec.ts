import { describe, expect, test } from '@jest/globals';
import type { BenchmarkContext, BenchmarkEntry, Result } from './benchmark.js';
import { BENCHMARKS } from './registry.js';
import { run, type Report } from './run.js';

const entry = (work: (context: BenchmarkContext) => Promise<readonly Result[]>): BenchmarkEntry => ({
  name: 'sample',
  summary: 'for the test',
  load: () =>
    Promise.resolve({
      options: { events: { default: 10, help: 'how many' }, topic: { default: 'x', help: 'which' } },
      run: work,
    }),
});

async function bench(
  args: string[],
  work: Parameters<typeof entry>[0] = () => Promise.resolve([]),
  signal?: AbortSignal,
) {
  let out = '';
  let error = '';
  const streams = { out: (text: string) => void (out += text), error: (text: string) => void (error += text) };
  const code = await run(args, [entry(work)], streams, signal ?? new AbortController().signal);
  return { code, out, error };
}

describe('the benchmark harness', () => {
  test('lists the benchmarks without a name', async () => {
    const { code, out } = await bench([]);
    expect(code).toBe(0);
    expect(out).toContain('npm run bench -- NAME');
    expect(out).toMatch(/^ {2}sample {2}for the test$/m);
  });

  test('says what there is when the name is unknown, and exits with 2', async () => {
    const { code, out, error } = await bench(['nonesuch']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain('There is no benchmark "nonesuch"');
    expect(error).toContain('sample');
  });

  test.each([
    [['sample', '--evnts', '5'], '--events 10  how many'],
    [['sample', '--events', 'many'], '--events is "many": give a number'],
    [['sample', '--events=-1'], '--events is "-1"'],
    [['sample', '--output', 'xml'], '--output is "xml": give table or json'],
    [['sample', 'more'], 'more'],
  ])('refuses %j with a reason, and exits with 2', async (args, reason) => {
    const { code, out, error } = await bench(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(reason);
  });

  test('prints one JSON object of the promised shape on stdout, and progress on stderr', async () => {
    const { code, out, error } = await bench(['sample', '--events', '2_000', '--output', 'json'], async (context) => {
      context.progress('half way');
      const { value, wallSeconds, peakRssBytes } = await context.measure(() => context.number('events') / 2, {
        threads: 2,
      });
      expect(wallSeconds).toBeGreaterThan(0);
      expect(peakRssBytes).toBeGreaterThan(1e6);
      return [{ metric: 'things_per_second', value, unit: '1/s', workload: context.text('topic') }];
    });
    expect(code).toBe(0);
    const report = JSON.parse(out) as Report;
    expect(Object.keys(report)).toEqual(['name', 'machine', 'control', 'results']);
    expect(Object.keys(report.machine)).toEqual(['cpu', 'cores', 'memory_bytes', 'node']);
    expect(report).toMatchObject({
      name: 'sample',
      machine: { node: process.version },
      results: [{ metric: 'things_per_second', value: 1_000, unit: '1/s', workload: 'x' }],
    });
    expect(report.control.free_cores).toBeGreaterThan(0);
    expect(error).toContain('sample: half way\n');
  });

  test('prints a table for people', async () => {
    const { out } = await bench(['sample'], () =>
      Promise.resolve([
        { metric: 'speed', value: 1_234_567, unit: '1/s', workload: 'small' },
        { metric: 'size', value: 0.001234, unit: 'B', threads: 2 },
      ]),
    );
    expect(out.split('\n').slice(2)).toEqual([
      'metric      value  unit  workload  threads',
      'speed   1,235,000  1/s   small',
      'size     0.001234  B                     2',
      '',
    ]);
  });

  test('exits with 1 when the benchmark fails, or asks for an option that it never declared', async () => {
    const failed = await bench(['sample'], () => Promise.reject(new Error('no broker')));
    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(failed.error).toContain('sample failed: Error: no broker');
    const undeclared = await bench(['sample'], (context) =>
      Promise.resolve([{ metric: 'x', value: context.number('topic'), unit: '' }]),
    );
    expect(undeclared.error).toContain('declares no numeric option topic');
  });

  test('measures nothing more once it is interrupted', async () => {
    const { code, error } = await bench(
      ['sample'],
      async (context) => [{ metric: 'x', value: (await context.measure(() => 1)).value, unit: '' }],
      AbortSignal.abort(new Error('interrupted')),
    );
    expect(code).toBe(1);
    expect(error).toContain('interrupted');
  });
});

describe('the list of benchmarks', () => {
  test('is in alphabetical order, and every one loads', async () => {
    const names = BENCHMARKS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const { load, summary } of BENCHMARKS) {
      expect(summary).not.toContain('\n');
      expect((await load()).options).toBeDefined();
    }
  });
});
