import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { openTensorBackend, type TensorBackendName, type TensorNamespace } from '@thaw/tensor';
import { NetworkTrainer, parameterShapes, PAPER_NETWORK, type NetworkSettings, type TrainerState } from '@thaw/waml';

interface TorchStep {
  readonly loss: number;
  readonly parameters: readonly (readonly number[])[];
}
/** Written by steps_torch.py. */
const TORCH = JSON.parse(readFileSync(new URL('./steps-torch.json', import.meta.url), 'utf8')) as {
  readonly first: TorchStep;
  readonly third: TorchStep;
};

const SETTINGS: NetworkSettings = {
  ...PAPER_NETWORK,
  dimensions: 4,
  blocks: 2,
  beta: 0.3,
  dropout: 0,
  learningRate: 1e-2,
  weightDecay: 0.1,
};
const EDGES = { sellers: [1, 1, 2, 3, 4], products: [10, 11, 11, 12, 13] };
const TOLERANCE = 1e-4;

const sines = (count: number, offset: number, scale: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(1 + 12.9898 * i + 78.233 * offset));

/** Declares the tests of training on a backend. A process, so a file of specs, has one native backend. */
export function stepsAreRight(backend: TensorBackendName): void {
  let tf: TensorNamespace;
  beforeAll(async () => {
    ({ tf } = await openTensorBackend({ forced: backend }));
  });
  const start = (): Pick<TrainerState, 'parameters'> => ({
    parameters: parameterShapes(SETTINGS).map(({ name, shape }, i) => ({
      name,
      shape,
      values: sines(
        shape.reduce((product, length) => product * length, 1),
        i,
        0.5,
      ),
    })),
  });

  test('takes the steps that PyTorch takes, to 1e-4', async () => {
    const trainer = NetworkTrainer.open(tf, SETTINGS, start());
    const batch = { edges: EDGES, rows: sines(2 * 5 * 4, 100, 1) };
    expect(Math.abs((await trainer.train(batch)) - TORCH.first.loss)).toBeLessThan(TOLERANCE);
    expectParameters(await trainer.state(), TORCH.first);
    await trainer.train(batch);
    expect(Math.abs((await trainer.train(batch)) - TORCH.third.loss)).toBeLessThan(TOLERANCE);
    expectParameters(await trainer.state(), TORCH.third);
    trainer.dispose();
  });

  test('holds as many tensors after 50 steps as after one, and none once disposed', async () => {
    const before = tf.memory().numTensors;
    const trainer = NetworkTrainer.open(tf, { ...SETTINGS, dropout: 0.2 }, start());
    const held = tf.memory();
    const batch = { edges: EDGES, rows: sines(2 * 5 * 4, 100, 1) };
    for (let step = 0; step < 50; step++) await trainer.train(batch);
    await trainer.embed(batch.rows);
    await trainer.state();
    expect(tf.memory()).toMatchObject({ numTensors: held.numTensors, numBytes: held.numBytes });
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('gives the same run again from the same seed, and another from another', async () => {
    const batch = { edges: EDGES, rows: sines(2 * 5 * 4, 100, 1) };
    const run = async (seed: number): Promise<TrainerState> => {
      const trainer = NetworkTrainer.open(tf, { ...SETTINGS, dropout: 0.3, seed });
      for (let step = 0; step < 5; step++) await trainer.train(batch);
      const state = await trainer.state();
      trainer.dispose();
      return state;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });
}

function expectParameters({ parameters }: TrainerState, torch: TorchStep): void {
  for (const [p, { name, values }] of parameters.entries()) {
    const off = values.findIndex((value, i) => !(Math.abs(value - torch.parameters[p]![i]!) < TOLERANCE));
    if (off >= 0) throw new Error(`${name}[${off}] is ${values[off]!}, and ${torch.parameters[p]![off]!} in PyTorch`);
  }
}
