import { BLOCK_ROWS, STAGED_EDGES, STAGED_ROWS, STAGING, STRIP_COLUMNS, type StripLayout } from './strip-layout.js';

/** What assembly/kernel.ts exports; all numbers are addresses but for `rows` and `stride`. */
interface Kernel {
  gather(
    x: number,
    s: number,
    offsets: number,
    neighbours: number,
    weights: number,
    rows: number,
    weighted: boolean,
    add: boolean,
  ): void;
  addSquares(s: number, norms: number, rows: number): void;
  mix(x: number, s: number, own: number, heard: number, norms: number, rows: number): void;
  scale(s: number, factors: number, rows: number): void;
  scatter(block: number, stride: number, s: number, rows: number): void;
  collect(s: number, block: number, stride: number, rows: number): void;
}

/** One memory as one worker sees it: the kernel over it, and the worker's staging area in it. */
export interface Bank {
  readonly kernel: Kernel;
  /** Byte position of the staging area. */
  readonly staging: number;
  /** The memory's strips: from … to − 1. */
  readonly strips: { readonly from: number; readonly to: number };
  /** Columns of those strips; the rows of `block` are that long. */
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
  readonly weights: Float32Array;
  readonly own: Float32Array;
  readonly heard: Float32Array;
  readonly norms: Float64Array;
  /** `[BLOCK_ROWS, columns]` */
  readonly block: Float32Array;
}

export function openBank(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  layout: StripLayout,
  index: number,
  worker: number,
): Bank {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { buffer } = memory;
  const staging = layout.staging(worker);
  const strips = layout.stripsOf(index);
  const columns = (strips.to - strips.from) * STRIP_COLUMNS;
  return {
    kernel: exports as Kernel,
    staging,
    strips,
    columns,
    offsets: new Uint32Array(buffer, staging + STAGING.offsets, STAGED_ROWS + 1),
    neighbours: new Uint32Array(buffer, staging + STAGING.neighbours, STAGED_EDGES),
    weights: new Float32Array(buffer, staging + STAGING.weights, STAGED_EDGES),
    own: new Float32Array(buffer, staging + STAGING.own, STAGED_ROWS),
    heard: new Float32Array(buffer, staging + STAGING.heard, STAGED_ROWS),
    norms: new Float64Array(buffer, staging + STAGING.norms, STAGED_ROWS),
    block: new Float32Array(buffer, staging + STAGING.block, BLOCK_ROWS * columns),
  };
}
