import { parseOptions, UsageError } from './arguments.js';
import type { BenchmarkEntry, Result } from './benchmark.js';
import { RunContext } from './context.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { table } from './harness/table.js';

/** What `--output json` prints. */
export interface Report {
  readonly name: string;
  readonly machine: Machine;
  readonly control: { readonly free_cores: number };
  readonly results: readonly Result[];
}

/** Where the harness writes: results to `out`, all else to `error`. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/**
 * `NAME [--output json] [options]`; without a name, lists the benchmarks.
 * @returns the exit code: 0 done, 1 the benchmark failed, 2 the command line is wrong
 */
export async function run(
  args: readonly string[],
  benchmarks: readonly BenchmarkEntry[],
  streams: Streams,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    streams.out(`${usage(benchmarks)}\n`);
    return 0;
  }
  try {
    const entry = benchmarks.find((each) => each.name === name);
    if (entry === undefined)
      throw new UsageError(`There is no benchmark ${JSON.stringify(name)}.\n${usage(benchmarks)}`);
    await runOne(entry, rest, streams, signal);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      streams.error(`${error.message}\n`);
      return 2;
    }
    streams.error(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

async function runOne(
  entry: BenchmarkEntry,
  args: readonly string[],
  streams: Streams,
  signal: AbortSignal,
): Promise<void> {
  const benchmark = await entry.load();
  const { output, values } = parseOptions(args, benchmark);
  const context = new RunContext(values, (line) => streams.error(`${entry.name}: ${line}\n`), signal);
  context.progress('spin control: how many cores are free');
  await context.control();
  const results = await benchmark.run(context);
  const report: Report = {
    name: entry.name,
    machine: describeMachine(),
    control: { free_cores: Number((context.freeCores ?? 0).toFixed(2)) },
    results,
  };
  streams.out(output === 'json' ? `${JSON.stringify(report)}\n` : forPeople(report));
}

function forPeople({ name, machine, control, results }: Report): string {
  const gibibytes = (machine.memory_bytes / 2 ** 30).toFixed(1);
  const where = `${machine.cpu}, ${machine.cores} cores (${control.free_cores} free), ${gibibytes} GiB, node ${machine.node}`;
  return `${name} on ${where}\n\n${table(results)}\n`;
}

function usage(benchmarks: readonly BenchmarkEntry[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  const lines = benchmarks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return ['Usage: npm run bench -- NAME [--output json] [options]', '', 'Benchmarks:', ...lines].join('\n');
}
