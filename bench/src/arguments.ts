import { parseArgs } from 'node:util';
import type { Benchmark, BenchmarkOption } from './benchmark.js';

/** The command line is not one that can be run: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Output = 'table' | 'json';

export interface Options {
  readonly output: Output;
  readonly values: ReadonlyMap<string, number | string>;
}

/**
 * Reads `--output` and the benchmark's own options.
 * @throws UsageError naming the option and what it takes
 */
export function parseOptions(args: readonly string[], benchmark: Benchmark): Options {
  const names = ['output', ...Object.keys(benchmark.options)];
  let given: Record<string, string | boolean | undefined>;
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    given = parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (cause) {
    throw new UsageError(`${messageOf(cause)}\n${describeOptions(benchmark)}`, { cause });
  }
  const output = given['output'] ?? 'table';
  if (output !== 'table' && output !== 'json') {
    throw new UsageError(`--output is ${JSON.stringify(output)}: give table or json`);
  }
  const values = Object.entries(benchmark.options).map(
    ([name, option]) => [name, parseValue(name, option, given[name])] as const,
  );
  return { output, values: new Map(values) };
}

/** The options of a benchmark, one line each. */
export function describeOptions(benchmark: Benchmark): string {
  const lines = Object.entries(benchmark.options).map(
    ([name, option]) => `  --${name} ${option.default === '' ? '' : `${option.default}  `}${option.help}`,
  );
  return ['Options:', '  --output table  or json: one object on stdout', ...lines].join('\n');
}

function parseValue(name: string, option: BenchmarkOption, given: string | boolean | undefined): number | string {
  if (typeof given !== 'string') return option.default;
  if (typeof option.default === 'string') return given;
  const value = Number(given.replaceAll('_', ''));
  if (given.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new UsageError(`--${name} is ${JSON.stringify(given)}: give a number, 0 or more (${option.help})`);
  }
  return value;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
