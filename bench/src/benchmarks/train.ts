import { availableParallelism } from 'node:os';
import { TENSOR_BACKENDS, type TensorBackendName } from '@thaw/tensor';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { trainInTorch, trainOurs } from './train-peers.js';
import type { TrainJob } from './train-worker.js';

/** Small steps: what they leave behind does not depend on their size. */
const LEAK = { edges: 64, dimensions: 64 };

/** Training steps of METHOD's network on every tensor backend that is here, beside PyTorch on the CPU. */
export const train: Benchmark = {
  options: {
    backends: { default: 'tfjs-node-gpu,tfjs-node,webgpu,wasm', help: 'of those that are here; also: cpu' },
    dimensions: { default: '256,512', help: 'columns of the node matrix, one run of all for each' },
    edges: { default: 1_024, help: 'listing edges of a step' },
    blocks: { default: 3, help: 'BERT-FFN blocks' },
    dropout: { default: 0.1, help: 'share of a block output that is dropped' },
    seconds: { default: 4, help: 'of a run' },
    runs: { default: 3, help: 'rounds over all that is measured; the best of each counts' },
    'leak-steps': { default: 2_000, help: 'small steps over which tensors and memory must stay flat; 0: skip' },
    threads: { default: availableParallelism(), help: 'of PyTorch' },
    python: { default: 'python3', help: 'the interpreter that has PyTorch, for the comparison' },
  },

  async run(context) {
    const results: Result[] = [];
    const backends = namesOf(context.text('backends'));
    for (const dimensions of context.text('dimensions').split(',').map(Number)) {
      if (!Number.isInteger(dimensions) || dimensions < 1) {
        throw new RangeError(`--dimensions is ${context.text('dimensions')}: give numbers such as 256,512`);
      }
      results.push(...(await speeds(context, backends, dimensions)));
    }
    for (const backend of context.number('leak-steps') > 0 ? backends : []) {
      results.push(...(await leaks(context, backend)));
    }
    return results;
  },
};

function namesOf(list: string): TensorBackendName[] {
  return list.split(',').map((name) => {
    const known = TENSOR_BACKENDS.find((backend) => backend === name);
    if (known === undefined) throw new RangeError(`--backends names ${name}: give ${TENSOR_BACKENDS.join(', ')}`);
    return known;
  });
}

const jobOf = (context: BenchmarkContext, backend: TensorBackendName, dimensions: number): TrainJob => ({
  backend,
  edges: context.number('edges'),
  dimensions,
  blocks: context.number('blocks'),
  dropout: context.number('dropout'),
  seconds: context.number('seconds'),
  runs: 1,
});

/** In rounds over all of them, so that a noisy minute of the machine meets all alike. */
async function speeds(
  context: BenchmarkContext,
  backends: readonly TensorBackendName[],
  dimensions: number,
): Promise<Result[]> {
  const best = new Map<string, number>();
  const absent = new Set<string>();
  const race = async (name: string, work: () => Promise<number | string>): Promise<void> => {
    if (absent.has(name)) return;
    context.progress(`d = ${dimensions}: ${name}`);
    const { value } = await context.measure(work, { threads: context.number('threads') });
    if (typeof value === 'number') best.set(name, Math.max(value, best.get(name) ?? 0));
    else {
      absent.add(name);
      context.progress(`skipped: ${value}`);
    }
  };
  for (let run = 0; run < context.number('runs'); run++) {
    for (const backend of backends) {
      const job = jobOf(context, backend, dimensions);
      await race(backend, async () => {
        const report = await trainOurs(job, context.signal);
        return typeof report === 'string' ? report : report.stepsPerSecond;
      });
    }
    const job = jobOf(context, 'cpu', dimensions);
    await race('pytorch', () => trainInTorch(job, context.text('python'), context.number('threads'), context.signal));
  }
  const torch = best.get('pytorch');
  const facts = { dimensions, edges: context.number('edges'), blocks: context.number('blocks') };
  return [...best].flatMap(([backend, value]): Result[] => [
    { metric: 'steps_per_second', value, unit: '1/s', backend, ...facts },
    ...(torch === undefined || backend === 'pytorch'
      ? []
      : [{ metric: 'ratio_to_pytorch', value: value / torch, unit: 'x', backend, ...facts }]),
  ]);
}

async function leaks(context: BenchmarkContext, backend: TensorBackendName): Promise<Result[]> {
  const leakSteps = context.number('leak-steps');
  context.progress(`${backend}: ${leakSteps} small steps`);
  const job = { ...jobOf(context, backend, LEAK.dimensions), edges: LEAK.edges, leakSteps };
  const report = await trainOurs(job, context.signal);
  if (typeof report === 'string') return [];
  const facts = { backend, steps: leakSteps, ...LEAK };
  return [
    { metric: 'leaked_tensors', value: report.leakedTensors!, unit: '1', ...facts },
    { metric: 'rss_growth_bytes', value: report.rssGrowthBytes!, unit: 'B', ...facts },
  ];
}
