import { mix32 } from '../hashing/string-hash.js';

/** How a node's row of the network is made of its vectors in the channels: plain JSON, kept with the network. */
export interface NetworkInputSettings {
  /** d. */
  readonly dimensions: number;
  /**
   * `slices`: every channel has columns of its own, as many as all others, so that the network can weigh them.
   * `sum`: all channels lie over each other in all columns, each with its scale.
   */
  readonly kind: 'slices' | 'sum';
  /** What each channel's unit vector is multiplied by. A channel of scale 0 is left out. */
  readonly scales: readonly number[];
}

/** Where each column of a channel goes, and with which sign. */
interface Sketch {
  readonly column: Uint16Array;
  readonly factor: Float32Array;
}

/**
 * Sketches of the channels' vectors: column k of a channel is added, with a sign, to a column that k's hash names
 * (Charikar, Chen, Farach-Colton 2002). It keeps inner products on average, with a deviation of 1/√columns, and needs
 * no matrix: O(D) a node. A channel that fits its slice is copied.
 */
export class NodeInputs {
  readonly #sketches: readonly (Sketch | undefined)[];

  /** @param widths columns of each channel */
  constructor(
    readonly settings: NetworkInputSettings,
    widths: readonly number[],
  ) {
    const { dimensions, kind, scales } = settings;
    const isSliced = kind === 'slices';
    const used = scales.filter((scale) => scale !== 0).length;
    const slice = isSliced ? Math.floor(dimensions / Math.max(1, used)) : dimensions;
    let from = 0;
    this.#sketches = widths.map((width, channel) => {
      const scale = scales[channel]!;
      if (scale === 0) return undefined;
      const sketch = sketchOf(width, channel, from, slice, scale, isSliced);
      if (isSliced) from += slice;
      return sketch;
    });
  }

  /** Adds channel `channel` of one node, `vector[at … at + width)`, to its row, `row[to … to + d)`. */
  add(channel: number, vector: ArrayLike<number>, at: number, row: Float32Array | Float64Array, to: number): void {
    const sketch = this.#sketches[channel];
    if (sketch === undefined) return;
    const { column, factor } = sketch;
    for (let k = 0; k < column.length; k++) row[to + column[k]!]! += factor[k]! * vector[at + k]!;
  }

  /** Whether a channel has a part in the rows. */
  uses(channel: number): boolean {
    return this.#sketches[channel] !== undefined;
  }

  /** Divides a row by its length, so that β is a share of it. */
  finish(row: Float32Array | Float64Array, at: number): void {
    const { dimensions } = this.settings;
    let squares = 0;
    for (let k = at; k < at + dimensions; k++) squares += row[k]! * row[k]!;
    if (squares === 0) return;
    const scale = 1 / Math.sqrt(squares);
    for (let k = at; k < at + dimensions; k++) row[k]! *= scale;
  }
}

function sketchOf(width: number, channel: number, from: number, slice: number, scale: number, copies: boolean): Sketch {
  const column = new Uint16Array(width);
  const factor = new Float32Array(width);
  for (let k = 0; k < width; k++) {
    const hash = mix32(Math.imul(channel + 1, 0x9e3779b1) ^ mix32(k + 1));
    const fits = copies && width <= slice;
    column[k] = from + (fits ? k : (hash >>> 1) % slice);
    factor[k] = fits || (hash & 1) === 0 ? scale : -scale;
  }
  return { column, factor };
}
