import { ThawError } from '@thaw/contracts';
import { LossWatch } from './loss-watch.js';
import { SeededStream } from './random.js';
import type { TensorApi, TensorOptions } from './tensor-api.js';
import { NetworkTrainer } from './trainer.js';
import { epochBatches, gatherBatch, stepsPerEpoch } from './training-data.js';
import type {
  BestNetwork,
  TrainingEnd,
  TrainingInput,
  TrainingOutcome,
  TrainingPoint,
  TrainingPorts,
} from './training-run.js';

const PROGRESS_EVERY_MS = 1_000;

/**
 * Trains a network until validation no longer improves, all epochs are done, or the loss diverges, and gives the network
 * of the best validation. The untrained network is validated too: a training that makes it worse ends with it.
 *
 * Equal input gives an equal run on the same backend, also when it was cut off between epochs and resumed.
 * @throws ThawError NETWORK_INVALID for settings that cannot be, no edge to train on, or a checkpoint of other settings
 * @throws the signal's reason when it fires; what the ports throw
 */
export async function trainNetwork(
  tf: TensorApi,
  input: TrainingInput,
  ports: TrainingPorts,
  options?: TensorOptions,
): Promise<TrainingOutcome> {
  const { network, folds, limits, resume, warmStart } = input;
  if (!Number.isInteger(limits.batchEdges) || limits.batchEdges < 2) {
    throw new ThawError('NETWORK_INVALID', `a step of ${limits.batchEdges} edges has no negatives: give 2 or more`);
  }
  if (stepsPerEpoch(folds, limits.batchEdges) === 0) {
    throw new ThawError('NETWORK_INVALID', 'there are no two listing edges to train the network on');
  }
  if (resume !== undefined && JSON.stringify(resume.network) !== JSON.stringify(network)) {
    throw new ThawError('NETWORK_INVALID', 'the checkpoint is of a training with other settings: start it anew');
  }
  const start = resume?.state ?? (warmStart === undefined ? undefined : { parameters: warmStart });
  const trainer = NetworkTrainer.open(tf, network, start, options);
  try {
    return await new Training(trainer, input, ports).run();
  } finally {
    trainer.dispose();
  }
}

class Training {
  private readonly curve: TrainingPoint[];
  private readonly watch: LossWatch;
  private readonly totalSteps: number;
  private best: BestNetwork | undefined;
  private stale: number;
  private epoch: number;
  /** Of the steps since the last validation. */
  private losses = { sum: 0, count: 0 };
  private readonly begun: { ms: number; step: number };
  private readonly endMs: number;
  private isOutOfTime = false;
  private toldMs = -Infinity;

  constructor(
    private readonly trainer: NetworkTrainer,
    private readonly input: TrainingInput,
    private readonly ports: TrainingPorts,
  ) {
    const { resume, limits, folds } = input;
    this.curve = [...(resume?.curve ?? [])];
    this.watch = new LossWatch(limits.divergence, resume?.lossWatch);
    const { epochSteps = Infinity, maxMs = Infinity } = limits;
    this.totalSteps = limits.maxEpochs * Math.min(epochSteps, stepsPerEpoch(folds, limits.batchEdges));
    this.best = resume?.best;
    this.stale = resume?.stale ?? 0;
    this.epoch = resume?.epoch ?? 0;
    this.begun = { ms: ports.now(), step: trainer.step };
    this.endMs = this.begun.ms + maxMs;
  }

  async run(): Promise<TrainingOutcome> {
    const { limits } = this.input;
    if (this.best === undefined) await this.validate();
    while (!this.isOver() && this.epoch < limits.maxEpochs) {
      const diverged = await this.runEpoch();
      if (diverged !== undefined) return this.outcome('diverged', diverged);
      this.epoch++;
      await this.keep();
    }
    if (this.isOutOfTime)
      return this.outcome('out-of-time', `its time of ${Math.round(limits.maxMs! / 1_000)} s is over`);
    return this.isStale()
      ? this.outcome('no-improvement', `${this.stale} validations in a row were no better than that of the best step`)
      : this.outcome('all-epochs', `all ${limits.maxEpochs} epochs are done`);
  }

  /** @returns why training diverged; undefined when the epoch is over or validation has gone stale */
  private async runEpoch(): Promise<string | undefined> {
    const { network, folds, limits } = this.input;
    const stream = new SeededStream(network.seed, this.epoch, 1);
    const batches = epochBatches(folds, limits.batchEdges, stream).slice(0, limits.epochSteps);
    for (const [i, batch] of batches.entries()) {
      this.ports.signal?.throwIfAborted();
      const loss = await this.trainer.train(gatherBatch(batch, network.dimensions));
      this.losses = { sum: this.losses.sum + loss, count: this.losses.count + 1 };
      const diverged = this.watch.add(loss, this.trainer.step);
      if (diverged !== undefined) return diverged;
      this.isOutOfTime = this.ports.now() >= this.endMs;
      const isDue = this.trainer.step % limits.validateEvery === 0 || i === batches.length - 1;
      if (isDue || this.isOutOfTime) await this.validate();
      else if (this.ports.now() - this.toldMs >= PROGRESS_EVERY_MS) this.tell();
      if (this.isOver()) return undefined;
      await this.ports.breathe?.();
    }
    return undefined;
  }

  private async validate(): Promise<void> {
    const { step } = this.trainer;
    const said = await this.ports.validate((rows) => this.trainer.embed(rows));
    const { score: validation, recall } = typeof said === 'number' ? { score: said, recall: undefined } : said;
    const { sum, count } = this.losses;
    const figures = { ...(count > 0 && { loss: sum / count }), validation, ...(recall !== undefined && { recall }) };
    this.curve.push({ step, epoch: this.epoch, ...figures });
    this.losses = { sum: 0, count: 0 };
    if (this.best === undefined || validation > this.best.validation) {
      this.best = { step, validation, parameters: (await this.trainer.state()).parameters };
      this.stale = 0;
    } else this.stale++;
    this.tell();
  }

  private isOver(): boolean {
    return this.isStale() || this.isOutOfTime;
  }

  private isStale(): boolean {
    return this.stale >= this.input.limits.patience;
  }

  private async keep(): Promise<void> {
    await this.ports.keep?.({
      network: this.input.network,
      epoch: this.epoch,
      state: await this.trainer.state(),
      best: this.best!,
      curve: [...this.curve],
      stale: this.stale,
      lossWatch: this.watch.snapshot(),
    });
  }

  private tell(): void {
    const now = this.ports.now();
    this.toldMs = now;
    const { step } = this.trainer;
    const loss = this.watch.smoothed;
    const { validation = NaN, recall } = this.curve.at(-1) ?? {};
    const stepsPerMs = (step - this.begun.step) / Math.max(1e-3, now - this.begun.ms);
    this.ports.progress?.({
      step,
      totalSteps: this.totalSteps,
      epoch: this.epoch,
      stepsPerSecond: 1_000 * stepsPerMs,
      ...(loss !== undefined && { loss }),
      validation,
      ...(recall !== undefined && { recall }),
      bestValidation: this.best?.validation ?? NaN,
      etaMs: stepsPerMs === 0 ? Infinity : Math.min((this.totalSteps - step) / stepsPerMs, this.endMs - now),
    });
  }

  private outcome(end: TrainingEnd, reason: string): TrainingOutcome {
    return { end, reason, best: this.best!, curve: this.curve, steps: this.trainer.step };
  }
}
