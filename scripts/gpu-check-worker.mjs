// The suite of gpu-check.mjs on one backend, named by the first argument. Prints one line of JSON; exits with 3 where the
// backend is not here, and with 1 where a check fails, the reason being the last line of stderr.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { openTensorBackend } from '@thaw/tensor';
import {
  DEFAULT_TRAINING_LIMITS,
  matrixRows,
  NetworkTrainer,
  PAPER_NETWORK,
  parameterShapes,
  trainNetwork,
} from '@thaw/waml';

const MISSING = 3;
const TOLERANCE = 1e-4;
const [, , name] = process.argv;

const sines = (count, offset, scale) =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(1 + 12.9898 * i + 78.233 * offset));
const check = (isRight, what) => {
  if (!isRight) throw new Error(what);
};

const backend = await openTensorBackend({ forced: name }).catch((error) => {
  console.error(error.message);
  process.exit(MISSING);
});
const { tf } = backend;
const figures = {};

/** The network of test/network/steps_torch.py, with its parameters. */
const small = { ...PAPER_NETWORK, dimensions: 4, blocks: 2, dropout: 0, learningRate: 1e-2, weightDecay: 0.1 };
const parameters = parameterShapes(small).map(({ name, shape }, i) => ({
  name,
  shape,
  values: sines(
    shape.reduce((product, length) => product * length, 1),
    i,
    0.5,
  ),
}));
const batch = { edges: { sellers: [1, 1, 2, 3, 4], products: [10, 11, 11, 12, 13] }, rows: sines(40, 100, 1) };

async function gradients() {
  const lossAt = async (moved) => {
    const trainer = NetworkTrainer.open(tf, small, { parameters: moved });
    const result = await trainer.gradients(batch);
    trainer.dispose();
    return result;
  };
  const { gradients: found } = await lossAt(parameters);
  let worst = 0;
  for (const [p, gradient] of found.entries()) {
    // Along the gradient the slope is its length: one difference a parameter, large enough for single precision.
    const length = Math.hypot(...gradient);
    const step = 1e-2 / Math.max(1, length);
    const shifted = (sign) =>
      parameters.map((parameter, i) =>
        i === p
          ? { ...parameter, values: parameter.values.map((value, k) => value + (sign * step * gradient[k]) / length) }
          : parameter,
      );
    const slope = ((await lossAt(shifted(1))).loss - (await lossAt(shifted(-1))).loss) / (2 * step);
    worst = Math.max(worst, Math.abs(slope - length) / Math.max(0.1, length));
  }
  figures.gradientError = worst;
  check(worst < 0.01, `gradients are off finite differences by ${worst}`);
}

async function oneStep() {
  const torch = JSON.parse(readFileSync(new URL('../test/network/steps-torch.json', import.meta.url), 'utf8'));
  const trainer = NetworkTrainer.open(tf, small, { parameters });
  const loss = await trainer.train(batch);
  const state = await trainer.state();
  trainer.dispose();
  const off = state.parameters.flatMap(({ values }, p) =>
    [...values].map((value, i) => Math.abs(value - torch.first.parameters[p][i])),
  );
  figures.stepError = Math.max(Math.abs(loss - torch.first.loss) / torch.first.loss, ...off);
  check(figures.stepError < TOLERANCE, `one step is off PyTorch's by ${figures.stepError}`);
}

async function speed(dimensions) {
  const edges = 1_024;
  const trainer = NetworkTrainer.open(tf, { ...PAPER_NETWORK, dimensions });
  const nodes = (stride) => Uint32Array.from({ length: edges }, (_, i) => (i * stride) % 20_011);
  const large = { edges: { sellers: nodes(7), products: nodes(13) }, rows: sines(2 * edges * dimensions, 1, 1) };
  for (let i = 0; i < 3; i++) await trainer.train(large);
  const tensors = tf.memory().numTensors;
  const start = performance.now();
  let steps = 0;
  while (steps < 3 || performance.now() - start < 3_000) {
    await trainer.train(large);
    steps++;
  }
  figures[`stepsPerSecond${dimensions}`] = (1_000 * steps) / (performance.now() - start);
  check(tf.memory().numTensors === tensors, `${tf.memory().numTensors - tensors} tensors leaked in ${steps} steps`);
  trainer.dispose();
}

/** Sellers list the products of one of 32 circles; a circle shows in the seller's and the product's rows differently. */
async function training() {
  const [d, circles, per] = [64, 32, 16];
  const half = circles * per;
  const noise = sines(2 * half * d, 3, 0.4);
  for (let node = 0; node < 2 * half; node++) {
    const circle = Math.floor((node % half) / per);
    noise[node * d + (node < half ? circle : d - 1 - circle)] += 1.5;
  }
  const pairs = Array.from({ length: half * 8 }, (_, i) => [
    i % half,
    half + Math.floor((i % half) / per) * per + (i % per),
  ]);
  const fold = {
    sellers: Uint32Array.from(pairs, ([seller]) => seller),
    products: Uint32Array.from(pairs, ([, product]) => product),
    rows: matrixRows(noise, d),
  };
  const validate = async (embed) => {
    const rows = await embed(noise);
    let hits = 0;
    for (let seller = 0; seller < half; seller++) {
      const scores = Array.from({ length: half }, (_, p) => {
        let sum = 0;
        for (let i = 0; i < d; i++) sum += rows[seller * d + i] * rows[(half + p) * d + i];
        return [sum, p];
      }).sort(([a], [b]) => b - a);
      hits += scores.slice(0, per).filter(([, p]) => Math.floor(p / per) === Math.floor(seller / per)).length / per;
    }
    return hits / half;
  };
  const start = performance.now();
  const network = { ...PAPER_NETWORK, dimensions: d, beta: 1, learningRate: 1e-3 };
  const limits = { ...DEFAULT_TRAINING_LIMITS, batchEdges: 256, maxEpochs: 10, validateEvery: 50 };
  const outcome = await trainNetwork(
    tf,
    { network, limits, folds: [fold] },
    { validate, now: () => performance.now() },
  );
  figures.trainingSeconds = (performance.now() - start) / 1_000;
  figures.recallUntrained = outcome.curve[0].validation;
  figures.recallTrained = outcome.best.validation;
  check(outcome.end !== 'diverged', outcome.reason);
  check(outcome.best.validation > figures.recallUntrained + 0.1, 'the training learned nothing');
}

try {
  await gradients();
  await oneStep();
  await speed(256);
  await speed(512);
  await training();
  console.log(JSON.stringify({ backend: name, device: backend.device, figures }));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
