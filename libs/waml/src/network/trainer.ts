import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { ThawError } from '@thaw/contracts';
import { adamW, type Slot } from './adamw.js';
import type { BatchEdges } from './collisions.js';
import { batchLoss } from './loss.js';
import { networkLayer } from './network.js';
import { checkParameters, initialParameters, parameterShapes, type NamedTensor } from './parameters.js';
import { checkNetworkSettings, type NetworkSettings } from './settings.js';
import { tensorOps, type Ops, type TensorApi, type TensorOptions } from './tensor-api.js';

/** Rows that pass through the network at once outside training. */
const EMBED_ROWS = 2_048;

/** All that a training has learned, outside any backend. */
export interface TrainerState {
  /** Steps that were taken. */
  readonly step: number;
  readonly parameters: readonly NamedTensor[];
  /** AdamW's sums of gradients and of their squares, by parameter. */
  readonly first: readonly Float32Array[];
  readonly second: readonly Float32Array[];
}

/** The edges of one step, and their nodes' rows of h^K. */
export interface TrainingBatch {
  readonly edges: BatchEdges;
  /** `[2N, d]`: the rows of the edges' products, then of their sellers. */
  readonly rows: Float32Array;
}

/** The network on a tensor backend, and its optimiser. Holds native memory until `dispose`. */
export class NetworkTrainer {
  private readonly ops: Ops;
  private slots: Slot[];
  private taken: number;

  private constructor(
    tf: TensorApi,
    readonly settings: NetworkSettings,
    state: TrainerState,
    options?: TensorOptions,
  ) {
    this.ops = tensorOps(tf, options);
    this.taken = state.step;
    this.slots = state.parameters.map(({ shape, values }, i) => {
      const tensorOf = (numbers: Float32Array): Tensor => tf.tensor(numbers, [...shape], 'float32');
      return { parameter: tensorOf(values), first: tensorOf(state.first[i]!), second: tensorOf(state.second[i]!) };
    });
  }

  /**
   * A network to train: from its seed; from `start.parameters`, with a fresh optimiser (a fine-tune); or from the whole
   * `start` of an earlier run, which it continues.
   * @throws ThawError NETWORK_INVALID when the settings cannot be, or `start` was written with others
   */
  static open(
    tf: TensorApi,
    settings: NetworkSettings,
    start?: TrainerState | Pick<TrainerState, 'parameters'>,
    options?: TensorOptions,
  ): NetworkTrainer {
    checkNetworkSettings(settings);
    if (start !== undefined) checkParameters(settings, start.parameters, 'the network to start from');
    const parameters = start?.parameters ?? initialParameters(settings);
    const zeros = (): Float32Array[] => parameters.map(({ values }) => new Float32Array(values.length));
    const state = start !== undefined && 'step' in start ? start : undefined;
    for (const moments of state === undefined ? [] : [state.first, state.second]) {
      if (parameters.every(({ values }, i) => moments[i]?.length === values.length)) continue;
      throw new ThawError('NETWORK_INVALID', 'the state to continue from lacks moments of the optimiser: start anew');
    }
    return new NetworkTrainer(tf, settings, state ?? { step: 0, parameters, first: zeros(), second: zeros() }, options);
  }

  /** Steps that were taken. */
  get step(): number {
    return this.taken;
  }

  /**
   * Takes one step.
   * @returns the mean loss of the batch before it; not finite when training has diverged
   */
  async train(batch: TrainingBatch): Promise<number> {
    this.checkRows(batch.rows, 2 * batch.edges.sellers.length);
    const { tf } = this.ops;
    const step = this.taken + 1;
    const { value, slots } = tf.tidy(() => {
      const [value, ...gradients] = this.differentiate(batch, step);
      const { learningRate, weightDecay } = this.settings;
      const next = this.slots.map((slot, i) => {
        const decays = slot.parameter.rank > 1;
        const settings = { learningRate, weightDecay: decays ? weightDecay : 0 };
        const moved = adamW(this.ops, settings, step, slot, gradients[i]!);
        tf.dispose([{ ...slot }, gradients[i]!]);
        return moved;
      });
      return { value, slots: next.map((slot) => ({ ...slot })) };
    });
    for (const slot of slots) for (const tensor of Object.values(slot)) tf.keep(tensor);
    this.slots = slots;
    this.taken = step;
    const [loss] = await value.data<'float32'>();
    value.dispose();
    return loss!;
  }

  /** The loss of a batch and its gradients by the parameters in their order, without a step; as at step `step`. */
  async gradients(batch: TrainingBatch, step = this.taken + 1): Promise<{ loss: number; gradients: Float32Array[] }> {
    const [value, ...gradients] = this.ops.tidy<[Tensor, ...Tensor[]]>(() => this.differentiate(batch, step));
    const [loss] = await value.data<'float32'>();
    const arrays = await Promise.all(gradients.map((tensor) => read(tensor)));
    this.ops.tf.dispose([value, ...gradients]);
    return { loss: loss!, gradients: arrays };
  }

  /**
   * Passes rows through the network as it is now, without dropout.
   * @param rows `[m, d]`
   * @returns `[m, d]`
   */
  async embed(rows: Float32Array): Promise<Float32Array> {
    const { tf } = this.ops;
    const d = this.settings.dimensions;
    this.checkRows(rows, rows.length / d);
    const result = new Float32Array(rows.length);
    for (let at = 0; at < rows.length; at += EMBED_ROWS * d) {
      const chunk = rows.slice(at, at + EMBED_ROWS * d);
      const output = tf.tidy(() => {
        const x = tf.tensor2d(chunk, [chunk.length / d, d], 'float32');
        const { output } = networkLayer(this.ops, this.settings, x, this.parameters());
        return output === x ? tf.clone(output) : output;
      });
      result.set(await output.data<'float32'>(), at);
      output.dispose();
    }
    return result;
  }

  /** All that was learned, as plain arrays. */
  async state(): Promise<TrainerState> {
    const names = parameterShapes(this.settings).map(({ name }) => name);
    const parameters = await Promise.all(
      this.slots.map(async ({ parameter }, i) => ({
        name: names[i]!,
        shape: [...parameter.shape],
        values: await read(parameter),
      })),
    );
    const first = await Promise.all(this.slots.map(({ first }) => read(first)));
    const second = await Promise.all(this.slots.map(({ second }) => read(second)));
    return { step: this.taken, parameters, first, second };
  }

  /** Frees the backend's memory. Nothing else may be called afterwards. */
  dispose(): void {
    this.ops.tf.dispose(this.slots.map((slot) => ({ ...slot })));
    this.slots = [];
  }

  private parameters(): Tensor[] {
    return this.slots.map(({ parameter }) => parameter);
  }

  /** The loss, then its gradients by the parameters. */
  private differentiate({ edges, rows }: TrainingBatch, step: number): [Tensor, ...Tensor[]] {
    const { tf } = this.ops;
    const { dimensions } = this.settings;
    const x: Tensor2D = tf.tensor2d(rows, [rows.length / dimensions, dimensions], 'float32');
    const network = networkLayer(this.ops, this.settings, x, this.parameters(), step);
    const { value, gradient } = batchLoss(this.ops, this.settings, network.output, edges, step);
    return [value, ...network.backward(gradient, false).parameters];
  }

  private checkRows(rows: Float32Array, count: number): void {
    const { dimensions } = this.settings;
    if (rows.length > 0 && rows.length === count * dimensions && Number.isInteger(count)) return;
    throw new ThawError(
      'NETWORK_INVALID',
      `${rows.length} numbers were given for ${count} rows of the network's ${dimensions} columns`,
    );
  }
}

/** A copy: what a backend hands out may be a view of its memory. */
const read = async (tensor: Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data<'float32'>());
