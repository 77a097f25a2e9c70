import { ThawError } from '@thaw/contracts';
import { SeededStream } from './random.js';
import type { NetworkSettings } from './settings.js';

/** A named array of numbers, row-major: what weights are outside a tensor backend. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: 'normal' | 'zeros' | 'ones';
}

/** Names and shapes of what is trained, block by block. */
export function parameterShapes({ dimensions: d, blocks, block }: NetworkSettings): ParameterShape[] {
  return Array.from({ length: blocks }, (_, j): ParameterShape[] => [
    ...(block === 'bert'
      ? ([
          { name: `block${j}.norm.gain`, shape: [d], start: 'ones' },
          { name: `block${j}.norm.shift`, shape: [d], start: 'zeros' },
        ] as const)
      : []),
    { name: `block${j}.in.weight`, shape: [d, 4 * d], start: 'normal' },
    { name: `block${j}.in.bias`, shape: [4 * d], start: 'zeros' },
    { name: `block${j}.out.weight`, shape: [4 * d, d], start: 'normal' },
    { name: `block${j}.out.bias`, shape: [d], start: 'zeros' },
  ]).flat();
}

/** The first weights: normal with variance 1 / rows (LeCun et al. 1998), biases 0, gains 1. */
export function initialParameters(settings: NetworkSettings): NamedTensor[] {
  return parameterShapes(settings).map(({ name, shape, start }, i) => {
    const size = shape.reduce((product, length) => product * length, 1);
    if (start !== 'normal') return { name, shape, values: new Float32Array(size).fill(start === 'ones' ? 1 : 0) };
    const values = new SeededStream(settings.seed, i).normals(size);
    const scale = 1 / Math.sqrt(shape[0]!);
    return { name, shape, values: values.map((value) => value * scale) };
  });
}

/**
 * Whether `tensors` are the parameters of a network with these settings, in order.
 * @throws ThawError NETWORK_INVALID naming the first that is not
 */
export function checkParameters(settings: NetworkSettings, tensors: readonly NamedTensor[], what: string): void {
  const wanted = parameterShapes(settings);
  if (tensors.length !== wanted.length) {
    throw new ThawError(
      'NETWORK_INVALID',
      `${what} has ${tensors.length} tensors where the network has ${wanted.length}: it was written with other settings`,
    );
  }
  for (const [i, { name, shape }] of wanted.entries()) {
    const given = tensors[i]!;
    const size = shape.reduce((product, length) => product * length, 1);
    if (given.name === name && given.shape.join() === shape.join() && given.values.length === size) continue;
    throw new ThawError(
      'NETWORK_INVALID',
      `${what} has ${given.name} [${given.shape.join(', ')}] with ${given.values.length} numbers where the network ` +
        `has ${name} [${shape.join(', ')}]: it was written with other settings`,
    );
  }
}
