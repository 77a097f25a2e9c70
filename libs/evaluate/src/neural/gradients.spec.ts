import { beforeAll, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { buildCsr, tensorOps } from '@thaw/waml';
import { ladderGraph, ladderInput } from '../ablation/ladder-graph.js';
import { LADDER } from '../ablation/rung.js';
import { TrainedNodes } from '../ablation/trained-nodes.js';
import { worldsTraining } from '../testing.fixture.js';
import { ContentTower } from './content-tower.js';
import { DenseSide } from './gcmc/dense-side.js';
import { Gcmc } from './gcmc/gcmc.js';
import { Gat } from './gat/gat.js';
import { EmbeddingKernel } from './kernel/embedding-kernel.js';
import { LightGcn } from './lightgcn/light-gcn.js';
import { contentOf, CONTENT_WIDTH, customersBelow, sellersAbove, withCustomers } from './marketplace.js';
import { Ncf } from './ncf/ncf.js';
import { NcfTower } from './ncf/tower.js';
import { trainStep, type NeuralModel } from './neural-model.js';
import { Parameters, type Parameter } from './parameters.js';

const training = worldsTraining();
const { listed } = training.snapshot;
const { candidates } = training;
const D = 32;
const ENTRIES = 3;
/** Steps after which a model has learned something. */
const STEPS = 60;
/** Small against the kinks of ReLU, large against the rounding of float32. */
const STEP = 1e-3;

let kernel: EmbeddingKernel;
let parameters: Parameters;
let texts: Float32Array;
beforeAll(async () => {
  await tf.setBackend('cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
  texts = await contentOf(training, { seed: 1 });
});

const content = (): ContentTower =>
  new ContentTower(tensorOps(tf), parameters, texts, { width: CONTENT_WIDTH, hidden: 8, dimensions: D });

const lightGcn = (withContent: boolean): NeuralModel =>
  new LightGcn(
    kernel,
    parameters,
    { items: withCustomers(training), positives: listed, candidates, ...(withContent && { content: content() }) },
    { dimensions: D, layers: 3, learningRate: 0.01, penalty: 0.1, batch: 64, sampling: 'user', seed: 3 },
  );

const ncf = (withContent: boolean): NeuralModel => {
  const tower = new NcfTower(tensorOps(tf), parameters, [2 * D, 16, 8], D);
  const model = new Ncf(
    parameters,
    { items: listed, tower, candidates, ...(withContent && { content: content() }) },
    { learningRate: 0.01, negatives: 4, batch: 60, penalty: 0.1, seed: 3 },
  );
  // Far from 0: there most of the tower is as good as linear.
  for (const { name, parameter } of parameters.all)
    if (name === 'factors' || name === 'rows') parameter.values.forEach((value, i, all) => (all[i] = 3 * value));
  return model;
};

const gcmc = (): NeuralModel => {
  const shape = { width: CONTENT_WIDTH, features: 8, dimensions: D };
  const dense = new DenseSide(tensorOps(tf), parameters, texts, listed.columns, shape);
  const levels = [sellersAbove(training), customersBelow(training)];
  const settings = { dimensions: D, learningRate: 0.01, nodeDropout: 0.3, batch: 64, seed: 3 };
  return new Gcmc(kernel, parameters, { levels, dense, candidates }, settings);
};

const gat = (preferenceDropout: number): NeuralModel => {
  const seller = Array.from({ length: listed.rows }, (_, s) =>
    Array<number>(listed.offsets[s + 1]! - listed.offsets[s]!).fill(listed.columns + s),
  ).flat();
  const graph = { rows: listed.columns + listed.rows, ...buildCsr(64, { first: seller, second: listed.indices }) };
  const input = { graph, items: listed, content: content(), isCold: () => false, candidates };
  const settings = { dimensions: D, heads: 4, learningRate: 0.01, dropout: 0.2, preferenceDropout, batch: 64, seed: 3 };
  return new Gat(tensorOps(tf), kernel, parameters, input, settings);
};

const ladderNodes = async (): Promise<NeuralModel> => {
  const graph = await ladderGraph(training, { seed: 1 });
  const content = ladderInput(
    graph,
    LADDER.find(({ name }) => name === '− node embeddings')!,
    1,
  );
  const settings = { alphas: [0.5, 0.3, 0.6], learningRate: 0.01, batch: 64, seed: 3 };
  return new TrainedNodes(kernel, parameters, graph, settings, content);
};

/** The entries of a parameter with the steepest slopes. */
const steepest = ({ gradient }: Parameter): number[] =>
  [...gradient.values.keys()]
    .sort((a, b) => Math.abs(gradient.values[b]!) - Math.abs(gradient.values[a]!))
    .slice(0, ENTRIES);

test.each<[string, () => NeuralModel | Promise<NeuralModel>]>([
  ['LightGCN', () => lightGcn(false)],
  ['LightGCN with content', () => lightGcn(true)],
  ['NCF', () => ncf(false)],
  ['NCF with content', () => ncf(true)],
  ['GCMC', gcmc],
  ['GAT', () => gat(0)],
  ['GAT with DropoutNet', () => gat(0.5)],
  ["the ladder's trained nodes", ladderNodes],
])('the gradients of %s equal finite differences, and steps down them lessen the loss', async (_, open) => {
  kernel = await EmbeddingKernel.open();
  parameters = new Parameters(kernel, 5);
  const before = tf.memory().numTensors;
  const model = await open();
  model.draw();
  parameters.clearGradients();
  await model.differentiate();
  const slopes = parameters.all.map((parameter) => ({
    parameter,
    entries: steepest(parameter).map((i) => ({ i, slope: parameter.gradient.values[i]! })),
  }));
  for (const { parameter, entries } of slopes) {
    const { values } = parameter.parameter;
    // Biases and attention begin small, and so do their slopes: the difference is by the scale of the loss.
    expect(Math.max(...entries.map(({ slope }) => Math.abs(slope)))).toBeGreaterThan(0);
    for (const { i, slope } of entries) {
      const value = values[i]!;
      const lossAt = async (moved: number): Promise<number> => {
        values[i] = moved;
        const loss = await model.differentiate();
        values[i] = value;
        return loss;
      };
      const difference = ((await lossAt(value + STEP)) - (await lossAt(value - STEP))) / (2 * STEP);
      const tolerance = 0.03 * Math.abs(slope) + 3e-4;
      if (Math.abs(difference - slope) > tolerance) {
        throw new Error(`${parameter.name}[${i}]: gradient ${slope}, finite difference ${difference}`);
      }
    }
  }
  const values = Array.from((await model.scoresOf())(1));
  expect(values).toHaveLength(candidates.length);
  expect(values.every((value) => Number.isFinite(value))).toBe(true);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push(await trainStep(model));
  const mean = (part: number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  expect(mean(losses.slice(-5))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
