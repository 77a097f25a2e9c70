import { parameterShapes, type NamedTensor } from './parameters.js';
import { SeededStream } from './random.js';
import { PAPER_NETWORK, type NetworkSettings } from './settings.js';
import type { TrainingBatch } from './trainer.js';

/** A network small enough for plain loops, with nothing left at the value that hides a mistake. */
export const smallNetwork = (changes: Partial<NetworkSettings> = {}): NetworkSettings => ({
  ...PAPER_NETWORK,
  dimensions: 3,
  blocks: 2,
  beta: 0.7,
  dropout: 0,
  loss: { kind: 'contrastive', temperature: 0.3 },
  ...changes,
});

/** Parameters of which none is 0 or 1. */
export function randomParameters(settings: NetworkSettings, seed: number): NamedTensor[] {
  return parameterShapes(settings).map(({ name, shape }, i) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = new SeededStream(seed, i).normals(size).map((value) => value / 2);
    return { name, shape, values: name.endsWith('gain') ? values.map((value) => 1 + value / 2) : values };
  });
}

/** Random rows for given edges. */
export function randomBatch(
  { dimensions }: NetworkSettings,
  sellers: number[],
  products: number[],
  seed = 7,
): TrainingBatch {
  return { edges: { sellers, products }, rows: new SeededStream(seed).normals(2 * sellers.length * dimensions) };
}
