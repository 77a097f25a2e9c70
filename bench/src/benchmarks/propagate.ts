import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  NodeHasher,
  PAPER_ALPHAS,
  planPropagation,
  PropagationPool,
  sharedMatrix,
  writeInputRow,
  type PropagationGraph,
  type PropagationInput,
} from '@thaw/waml';
import type { Benchmark, BenchmarkContext, Measured, Result } from '../benchmark.js';
import { streamBytesPerSecond } from './memory-stream.js';
import { reducedGraph } from './propagate-graph.js';
import { propagateInTorch } from './torch-peer.js';

const SIZES: Readonly<Record<string, { readonly nodes: number; readonly edges: number }>> = {
  small: { nodes: 200_000, edges: 2_000_000 },
  paper: { nodes: 6_000_000, edges: 20_000_000 },
};

/** METHOD's WAML layers over a random reduced graph, node input hashed, on worker threads. */
export const propagate: Benchmark = {
  options: {
    size: { default: 'small', help: 'small: 200 k nodes, 2 M edges; paper: 6 M nodes, 20 M edges' },
    dimensions: { default: 256, help: 'columns of the node matrix' },
    workers: { default: Math.min(2, availableParallelism()), help: 'threads' },
    runs: { default: 3, help: 'the best run counts, of ours as of the peer' },
    python: { default: 'python3', help: 'the interpreter that has PyTorch, for the comparison (small only)' },
  },

  async run(context) {
    const size = SIZES[context.text('size')];
    if (size === undefined) throw new RangeError(`--size is ${context.text('size')}: give small or paper`);
    const workers = context.number('workers');
    const dimensions = context.number('dimensions');
    context.progress(`a graph of ${size.nodes} nodes and ${size.edges} edges`);
    const graph = reducedGraph(size.nodes, size.edges, 1);
    const input = hashedRows(size.nodes, dimensions);
    const run = await ours(context, graph, input, workers, dimensions);
    context.progress('memory bandwidth, by copying');
    const stream = await streamBytesPerSecond(workers);

    const facts = { workload: context.text('size'), workers, dimensions, layers: PAPER_ALPHAS.length };
    const gathered = 4 * dimensions * graph.neighbours.length * PAPER_ALPHAS.length;
    const figures: [metric: string, value: number, unit: string][] = [
      ['seconds', run.propagated.wallSeconds, 's'],
      ['cpu_seconds', run.propagated.cpuSeconds, 's'],
      ['plan_seconds', run.planned.wallSeconds, 's'],
      ['peak_rss_bytes', run.propagated.peakRssBytes, 'B'],
      ['gathered_bytes_per_second', gathered / run.propagated.wallSeconds, 'B/s'],
      ['stream_bytes_per_second', stream, 'B/s'],
    ];
    if (size === SIZES['small']) figures.push(...(await againstTorch(context, graph, input, run.propagated)));
    return figures.map(([metric, value, unit]): Result => ({ metric, value, unit, ...facts }));
  },
};

interface OurRun {
  readonly planned: Measured<unknown>;
  /** The best run: from h⁰ as hashes to h^K where rows can be read. */
  readonly propagated: Measured<unknown>;
}

async function ours(
  context: BenchmarkContext,
  graph: PropagationGraph,
  input: PropagationInput,
  workers: number,
  dimensions: number,
): Promise<OurRun> {
  context.progress('laying the graph out');
  const planned = await context.measure(() => planPropagation(graph));
  const kernel = readFileSync(fileURLToPath(import.meta.resolve('@thaw/waml/kernel.wasm')));
  const pool = await PropagationPool.open({ kernel, workers });
  const { signal } = context;
  try {
    let best: Measured<unknown> | undefined;
    for (let i = 1; i <= context.number('runs'); i++) {
      context.progress(`run ${i} of ours`);
      const propagation = (): Promise<void> =>
        pool.propagateAndUse(planned.value, input, { dimensions, signal }, () => undefined);
      const run = await context.measure(propagation, { threads: workers });
      if (best === undefined || run.wallSeconds < best.wallSeconds) best = run;
    }
    if (best === undefined) throw new RangeError('--runs is 0: give 1 or more');
    return { planned, propagated: best };
  } finally {
    await pool.close();
  }
}

async function againstTorch(
  context: BenchmarkContext,
  graph: PropagationGraph,
  input: PropagationInput,
  propagated: Measured<unknown>,
): Promise<[metric: string, value: number, unit: string][]> {
  context.progress('PyTorch');
  const [python, threads, dimensions] = [
    context.text('python'),
    context.number('workers'),
    context.number('dimensions'),
  ];
  const matrix = sharedMatrix(graph.rows, dimensions);
  for (let row = 0; row < graph.rows; row++)
    writeInputRow(input, row, matrix.subarray(row * dimensions, (row + 1) * dimensions), dimensions);
  const { signal } = context;
  const job = { python, threads, runs: context.number('runs'), alphas: PAPER_ALPHAS, signal };
  const runs = await propagateInTorch(graph, matrix, job);
  if (runs === undefined) {
    context.progress(`skipped: ${python} has no PyTorch; give --python a Python that has (pip install torch)`);
    return [];
  }
  const seconds = Math.min(...runs.map((run) => run.seconds));
  const cpuSeconds = Math.min(...runs.map((run) => run.cpu_seconds));
  return [
    ['pytorch_seconds', seconds, 's'],
    ['pytorch_cpu_seconds', cpuSeconds, 's'],
    ['ratio_to_pytorch', seconds / propagated.wallSeconds, 'x'],
    ['cpu_ratio_to_pytorch', cpuSeconds / propagated.cpuSeconds, 'x'],
  ];
}

function hashedRows(rows: number, dimensions: number): PropagationInput {
  const hasher = new NodeHasher({ seed: 1, kind: 'dense', dimensions });
  const keys = new Int32Array(new SharedArrayBuffer(8 * rows));
  for (let row = 0; row < rows; row++) hasher.key(`node:${row}`, keys.subarray(2 * row, 2 * row + 2));
  return { hashes: [{ kind: hasher.kind, keys }] };
}
