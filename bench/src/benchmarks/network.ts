import {
  DEFAULT_WAML_NETWORK_OPTIONS,
  DEFAULT_WAML_OPTIONS,
  type FitContext,
  type NetworkFit,
  rankTargets,
  type Recommender,
  type Task,
  taskOfEvents,
  waml,
  wamlNetwork,
  withPropagation,
} from '@thaw/evaluate';
import { openTensorBackend, TENSOR_BACKENDS, type TensorBackendName } from '@thaw/tensor';
import {
  bootstrapDifference,
  bootstrapRecall,
  type Propagate,
  type RankedTarget,
  recallAt,
  type TrainingPoint,
} from '@thaw/waml';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { growShop, type ShopSize } from '../simulated-shop.js';

const K = 100;
/** Points of the curve that are told, the first and the last among them. */
const CURVE_POINTS = 8;
/** Fits and trainings tell of themselves many times a second. */
const TELL_EVERY_MS = 2_000;

/** What the trained network adds to the channels on a simulated marketplace, on listings that no choice has seen. */
export const network: Benchmark = {
  options: {
    listings: { default: 500_000, help: 'the marketplace grows until it has these' },
    products: { default: 45_000, help: 'of the marketplace; no product gathers more than 32 listings' },
    sellers: { default: 5_000, help: 'of the marketplace' },
    customers: { default: 200_000, help: 'of the marketplace' },
    niches: { default: 400, help: 'communities of taste' },
    scale: { default: 1, help: 'of all these sizes: 0.1 is a quick look, of a minute or two' },
    seed: { default: 1, help: 'of the marketplace and of the models' },
    dimensions: { default: 256, help: 'columns of a channel' },
    seconds: { default: 300, help: 'of the training, search included' },
    folds: { default: 5, help: 'as THAW_TRAINER_NETWORK_FOLDS; 1 is the paper’s way' },
    workers: { default: 1, help: 'threads of the propagation' },
    backend: {
      default: '',
      help: `tensor backend, the best of those that are here; else ${TENSOR_BACKENDS.join(', ')}`,
    },
  },

  async run(context) {
    const backend = await openTensorBackend(forcedBackend(context.text('backend')));
    context.progress(`tensor backend: ${backend.name} (${backend.device})`);
    const seed = context.number('seed');
    const { value: shop, wallSeconds } = await context.measure(() => growShop(sizeOf(context), seed, context));
    context.progress(`grown in ${wallSeconds.toFixed(0)} s; what is known at the split`);
    const task = await taskOfEvents('simulated', shop.rows);
    const { snapshot, candidates } = task.exercise.training;
    const shape = {
      listings: shop.listings,
      products: shop.products,
      sellers: snapshot.log.sellerIds.length,
      events: shop.events,
      listings_before_split: snapshot.listings.timeMs.length,
      candidates: candidates.length,
      test_listings: task.exercise.targets.length,
    };
    const grown = Object.entries(shape).map(([metric, value]): Result => ({ metric, value, unit: '1' }));
    context.progress(grown.map(({ metric, value }) => `${metric} ${value}`).join(', '));
    let fit: NetworkFit | undefined;
    // The weights of both see as much of the replay: what differs is the network's block.
    const { bounds } = DEFAULT_WAML_NETWORK_OPTIONS;
    const channels = { ...DEFAULT_WAML_OPTIONS, dimensions: context.number('dimensions'), ...(bounds && { bounds }) };
    const options = {
      ...DEFAULT_WAML_NETWORK_OPTIONS,
      ...channels,
      maxMs: 1_000 * context.number('seconds'),
      folds: context.number('folds'),
      onTrained: (one: NetworkFit) => (fit = one),
    };
    const fitBoth = async (propagate: Propagate): Promise<[Ranked, Ranked]> => {
      const alone = await rankedBy(context, task, waml(propagate, channels), seed);
      const tensors = () => Promise.resolve(backend.tf);
      return [alone, await rankedBy(context, task, wamlNetwork(propagate, tensors, options), seed)];
    };
    const both = await withPropagation(context.number('workers'), fitBoth);
    return [{ metric: 'grow_seconds', value: wallSeconds, unit: 's' }, ...grown, ...compared(both, fit!, backend.name)];
  },
};

/** @throws RangeError when there is no such backend */
function forcedBackend(name: string): { readonly forced?: TensorBackendName } {
  if (name === '') return {};
  const forced = TENSOR_BACKENDS.find((each) => each === name);
  if (forced === undefined) throw new RangeError(`--backend is ${name}: give ${TENSOR_BACKENDS.join(', ')}`);
  return { forced };
}

function sizeOf(context: BenchmarkContext): ShopSize {
  const scaled = (name: keyof ShopSize): number =>
    Math.max(1, Math.round(context.number('scale') * context.number(name)));
  return {
    listings: scaled('listings'),
    products: scaled('products'),
    sellers: scaled('sellers'),
    customers: scaled('customers'),
    niches: scaled('niches'),
  };
}

interface Ranked {
  readonly model: string;
  readonly targets: readonly RankedTarget[];
  readonly fitSeconds: number;
  readonly cpuSeconds: number;
}

/** Fits a model and ranks the test listings, telling what it does now and then. */
async function rankedBy(context: BenchmarkContext, task: Task, model: Recommender, seed: number): Promise<Ranked> {
  let toldMs = -Infinity;
  const onProgress = (what: string): void => {
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    context.progress(`${model.name}: ${what}`);
  };
  const fit: FitContext = { seed, signal: context.signal, onProgress };
  const {
    value: scores,
    wallSeconds,
    cpuSeconds,
  } = await context.measure(() => model.fit(task.exercise.training, fit));
  context.progress(`${model.name}: fitted in ${wallSeconds.toFixed(0)} s, ranking`);
  if (scores.note !== undefined) context.progress(`${model.name}: ${scores.note}`);
  context.progress(`${model.name}: ${JSON.stringify(scores.settings)}`);
  return { model: model.name, targets: rankTargets(task.exercise, scores), fitSeconds: wallSeconds, cpuSeconds };
}

/** Recall of both, the gain of the second, and what its training came to. */
function compared(
  [alone, both]: readonly [Ranked, Ranked],
  { trained, trial, trainingMs }: NetworkFit,
  backend: string,
): Result[] {
  const recalls = [alone, both].map(({ model, targets, fitSeconds, cpuSeconds }): Result => {
    const [low, high] = bootstrapRecall(targets, K);
    const fit = { fit_seconds: fitSeconds, cpu_seconds: cpuSeconds };
    return { metric: 'recall_at_100', value: recallAt(targets, K), unit: 'ratio', model, low, high, ...fit };
  });
  const hits = ({ targets }: Ranked): number[] => targets.map(({ rank }) => (rank < K ? 1 : 0));
  const gain = bootstrapDifference(
    hits(both),
    hits(alone),
    alone.targets.map(({ seller }) => seller),
  );
  const { difference, ...interval } = gain;
  const { learningRate, beta, blocks } = trained.network.settings;
  const chosen = { learning_rate: learningRate, beta, blocks, ended: trained.reason };
  return [
    ...recalls,
    { metric: 'gain', value: difference, unit: 'ratio', model: both.model, ...interval },
    {
      metric: 'gate_gain',
      value: trial.gain.difference,
      unit: 'ratio',
      low: trial.gain.low,
      high: trial.gain.high,
      kept: trial.isKept,
    },
    { metric: 'training_steps', value: trained.steps, unit: '1', backend, ...chosen },
    { metric: 'training_seconds', value: trainingMs / 1_000, unit: 's' },
    ...curvePoints(trained.curve).flatMap(({ step, loss, validation, recall }): Result[] => [
      { metric: 'log_likelihood', value: validation, unit: 'nat', step, ...(recall !== undefined && { recall }) },
      ...(loss === undefined ? [] : [{ metric: 'loss', value: loss, unit: 'nat', step }]),
    ]),
  ];
}

/** A few points at even distances, the ends among them. */
export function curvePoints<T extends TrainingPoint>(curve: readonly T[], most = CURVE_POINTS): T[] {
  if (curve.length <= most) return [...curve];
  return Array.from({ length: most }, (_, i) => curve[Math.round((i * (curve.length - 1)) / (most - 1))]!);
}
