import { openTensorBackend, type TensorBackendName } from '@thaw/tensor';
import { NetworkTrainer, PAPER_NETWORK, type TrainingBatch } from '@thaw/waml';

/** What one process is to measure: a process has one tensor backend. */
export interface TrainJob {
  readonly backend: TensorBackendName;
  readonly edges: number;
  readonly dimensions: number;
  readonly blocks: number;
  readonly dropout: number;
  /** Measures speed for this long, `runs` times; the best counts. */
  readonly seconds: number;
  readonly runs: number;
  /** Measures what these many steps leave behind instead. */
  readonly leakSteps?: number;
}

export interface TrainReport {
  readonly device: string;
  readonly stepsPerSecond: number;
  readonly leakedTensors?: number;
  readonly rssGrowthBytes?: number;
}

/** The exit code of a backend that is not here. */
const MISSING = 3;
const WARM_UP_STEPS = 3;

/** Random rows in [−½, ½), and edges of which few collide. */
function randomBatch({ edges, dimensions }: TrainJob): TrainingBatch {
  let state = 1;
  const random = (): number => (state = Math.imul(state, 48_271) & 0x7fff_ffff) / 0x8000_0000;
  const rows = Float32Array.from({ length: 2 * edges * dimensions }, () => random() - 0.5);
  const nodes = (): Uint32Array => Uint32Array.from({ length: edges }, () => 20_000 * random());
  return { edges: { sellers: nodes(), products: nodes() }, rows };
}

async function measureSpeed(trainer: NetworkTrainer, batch: TrainingBatch, job: TrainJob): Promise<number> {
  for (let step = 0; step < WARM_UP_STEPS; step++) await trainer.train(batch);
  let best = 0;
  for (let run = 0; run < job.runs; run++) {
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1_000;
    let steps = 0;
    while (steps === 0 || seconds() < job.seconds) {
      await trainer.train(batch);
      steps++;
    }
    best = Math.max(best, steps / seconds());
  }
  return best;
}

/** From a tenth of the steps on: what a runtime sets aside once is no leak. */
async function measureLeak(
  trainer: NetworkTrainer,
  batch: TrainingBatch,
  tensors: () => number,
  steps: number,
): Promise<Pick<TrainReport, 'stepsPerSecond' | 'leakedTensors' | 'rssGrowthBytes'>> {
  for (let step = 0; step < steps / 10; step++) await trainer.train(batch);
  const before = { tensors: tensors(), rss: process.memoryUsage.rss(), ms: performance.now() };
  for (let step = Math.floor(steps / 10); step < steps; step++) await trainer.train(batch);
  return {
    stepsPerSecond: (0.9 * steps) / ((performance.now() - before.ms) / 1_000),
    leakedTensors: tensors() - before.tensors,
    rssGrowthBytes: process.memoryUsage.rss() - before.rss,
  };
}

async function main(job: TrainJob): Promise<void> {
  const opened = await openTensorBackend({ forced: job.backend }).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  });
  if (opened === undefined) process.exit(MISSING);
  const { tf, device } = opened;
  const { dimensions, blocks, dropout } = job;
  const trainer = NetworkTrainer.open(tf, { ...PAPER_NETWORK, dimensions, blocks, dropout });
  const batch = randomBatch(job);
  const measured =
    job.leakSteps === undefined
      ? { stepsPerSecond: await measureSpeed(trainer, batch, job) }
      : await measureLeak(trainer, batch, () => tf.memory().numTensors, job.leakSteps);
  trainer.dispose();
  process.stdout.write(`${JSON.stringify({ device, ...measured } satisfies TrainReport)}\n`);
}

const [, , argument] = process.argv;
if (argument !== undefined) await main(JSON.parse(argument) as TrainJob);
