import { SeededStream } from '@thaw/waml';
import type { AdamSlot, EmbeddingKernel, Floats } from './kernel/embedding-kernel.js';

/** A trained array of numbers, row-major. */
export interface Parameter extends AdamSlot {
  readonly name: string;
  /** Of the loss by the parameter; models add to it. */
  readonly gradient: Floats;
}

/** All that a model trains, with Adam's moments, in the kernel's memory. */
export class Parameters {
  readonly #all: Parameter[] = [];
  #step = 0;

  constructor(
    private readonly kernel: EmbeddingKernel,
    private readonly seed: number,
  ) {}

  /** In the order in which they were added. */
  get all(): readonly Parameter[] {
    return this.#all;
  }

  /** A table whose entries begin normal with this standard deviation; 0: zeros. */
  add(name: string, length: number, deviation: number): Parameter {
    const { kernel } = this;
    const floats = (): Floats => kernel.floats(length);
    const parameter = { name, parameter: floats(), first: floats(), second: floats(), gradient: floats() };
    if (deviation > 0) {
      const normals = new SeededStream(this.seed, this.#all.length, 0x119).normals(length);
      for (let i = 0; i < length; i++) parameter.parameter.values[i] = deviation * normals[i]!;
    }
    this.#all.push(parameter);
    return parameter;
  }

  clearGradients(): void {
    for (const { gradient } of this.#all) gradient.values.fill(0);
  }

  /** Moves everything by its gradient. */
  move(learningRate: number): void {
    this.#step++;
    for (const parameter of this.#all) this.kernel.adam(parameter, parameter.gradient, learningRate, this.#step);
  }
}
