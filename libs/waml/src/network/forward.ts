import { ThawError } from '@thaw/contracts';
import { checkParameters, type NamedTensor } from './parameters.js';
import { checkNetworkSettings, type NetworkSettings } from './settings.js';

/** Settings of a network with what was learned: all that embeds. */
export interface TrainedNetwork {
  readonly settings: NetworkSettings;
  /** In the order of `parameterShapes`. */
  readonly parameters: readonly NamedTensor[];
}

const NORM_EPSILON = 1e-5;

interface BlockWeights {
  readonly gain: Float32Array | undefined;
  readonly shift: Float32Array | undefined;
  readonly w1: Float32Array;
  readonly b1: Float32Array;
  readonly w2: Float32Array;
  readonly b2: Float32Array;
}

/**
 * The network for one row at a time, in double precision and without a tensor backend: what single nodes are embedded
 * with. Equal to a backend's within its rounding. About 8 d² multiplications a block and row.
 */
export class NetworkForward {
  readonly #settings: NetworkSettings;
  readonly #blocks: readonly BlockWeights[];
  readonly #norm: Float64Array;
  readonly #hidden: Float64Array;
  readonly #out: Float64Array;

  /** @throws ThawError NETWORK_INVALID when the parameters are not those of the settings */
  constructor({ settings, parameters }: TrainedNetwork) {
    checkNetworkSettings(settings);
    checkParameters(settings, parameters, 'the trained network');
    const each = settings.block === 'bert' ? 6 : 4;
    const d = settings.dimensions;
    this.#settings = settings;
    this.#blocks = Array.from({ length: settings.blocks }, (_, j) => {
      const own = parameters.slice(j * each, (j + 1) * each).map(({ values }) => values);
      const [w1, b1, w2, b2] = own.slice(-4) as [Float32Array, Float32Array, Float32Array, Float32Array];
      return { gain: each === 6 ? own[0] : undefined, shift: each === 6 ? own[1] : undefined, w1, b1, w2, b2 };
    });
    this.#norm = new Float64Array(d);
    this.#hidden = new Float64Array(4 * d);
    this.#out = new Float64Array(d);
  }

  /** Replaces a row `[d]` by its output. @throws ThawError NETWORK_INVALID when it has another length */
  apply(row: Float64Array): void {
    const { block, beta, normalizeBlocks, normalizeOutput, dimensions } = this.#settings;
    if (row.length !== dimensions) {
      throw new ThawError('NETWORK_INVALID', `a row of ${row.length} columns was given to a network of ${dimensions}`);
    }
    for (const weights of this.#blocks) {
      const input = block === 'bert' ? this.#layerNorm(row, weights) : row;
      affine(input, weights.w1, weights.b1, this.#hidden);
      for (let k = 0; k < this.#hidden.length; k++) {
        const z = this.#hidden[k]!;
        this.#hidden[k] = (z / 2) * (1 + erf(z * Math.SQRT1_2));
      }
      affine(this.#hidden, weights.w2, weights.b2, this.#out);
      if (block === 'plain') {
        row.set(this.#out);
        continue;
      }
      const scale = beta * (normalizeBlocks ? inverseLength(this.#out) : 1);
      for (let k = 0; k < dimensions; k++) row[k]! += scale * this.#out[k]!;
    }
    if (!normalizeOutput) return;
    const scale = inverseLength(row);
    for (let k = 0; k < dimensions; k++) row[k]! *= scale;
  }

  #layerNorm(row: Float64Array, { gain, shift }: BlockWeights): Float64Array {
    const d = row.length;
    let mean = 0;
    for (let k = 0; k < d; k++) mean += row[k]! / d;
    let variance = 0;
    for (let k = 0; k < d; k++) variance += (row[k]! - mean) ** 2 / d;
    const scale = 1 / Math.sqrt(variance + NORM_EPSILON);
    for (let k = 0; k < d; k++) this.#norm[k] = (row[k]! - mean) * scale * gain![k]! + shift![k]!;
    return this.#norm;
  }
}

/** 1 / ‖x‖, or as a backend has it for a row of zeros. */
function inverseLength(x: Float64Array): number {
  let squares = 0;
  for (let k = 0; k < x.length; k++) squares += x[k]! * x[k]!;
  return 1 / Math.max(Math.sqrt(squares), 1e-12);
}

/** `out = x W + b`, `W [x.length, out.length]` row-major: row by row, as it lies in memory. */
function affine(x: Float64Array, weight: Float32Array, bias: Float32Array, out: Float64Array): void {
  const columns = out.length;
  for (let j = 0; j < columns; j++) out[j] = bias[j]!;
  for (let i = 0, at = 0; i < x.length; i++) {
    const value = x[i]!;
    for (let j = 0; j < columns; j++, at++) out[j]! += value * weight[at]!;
  }
}

/** Of Numerical Recipes (`erfcc`, after Abramowitz and Stegun): within 1.2e-7 everywhere. */
function erf(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  let sum = 0;
  for (const factor of ERFC) sum = sum * t + factor;
  const erfc = t * Math.exp(-x * x + sum);
  return x >= 0 ? 1 - erfc : erfc - 1;
}

/** From the highest power of t to the lowest. */
const ERFC = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223,
];
