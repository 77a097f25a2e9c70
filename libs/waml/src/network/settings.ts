import { ThawError } from '@thaw/contracts';

/** `−log` of the softmax of the true product among the batch's other nodes (METHOD, "Training"). */
export interface ContrastiveLoss {
  readonly kind: 'contrastive';
  /** τ. */
  readonly temperature: number;
}

/** `max(0, margin − s·p + s·n)` with one other product n of the batch: the paper's first loss. */
export interface TripletLoss {
  readonly kind: 'triplet';
  readonly margin: number;
}

/** Every choice of METHOD's ablation table that concerns the trained layers is one of these. */
export interface NetworkSettings {
  /** d, columns of the node matrix. */
  readonly dimensions: number;
  /** J. 0: what comes in is what goes out, and there is nothing to train. */
  readonly blocks: number;
  /** `bert`: LayerNorm, GELU and a skip connection. `plain`: `x ← GELU(x W₁ + b₁) W₂ + b₂`. */
  readonly block: 'bert' | 'plain';
  /** β of `x + β · x₃/‖x₃‖`, or of `x + β · x₃` without `normalizeBlocks`. `bert` only. */
  readonly beta: number;
  /** "L2 norm in BERT-FFN": whether a block's x₃ is divided by its length. `bert` only. */
  readonly normalizeBlocks: boolean;
  /** "L2 norm of the output". */
  readonly normalizeOutput: boolean;
  readonly loss: ContrastiveLoss | TripletLoss;
  /** Share of x₃ that is dropped in a training step (Vaswani et al. 2017, section 5.4). */
  readonly dropout: number;
  readonly learningRate: number;
  /** Decoupled (AdamW); weight matrices only. */
  readonly weightDecay: number;
  /** Of the first weights, the order of the edges, and dropout. */
  readonly seed: number;
}

/** METHOD's final model at 256 columns. */
export const PAPER_NETWORK: NetworkSettings = {
  dimensions: 256,
  blocks: 3,
  block: 'bert',
  beta: 0.3,
  normalizeBlocks: true,
  normalizeOutput: true,
  loss: { kind: 'contrastive', temperature: 0.1 },
  dropout: 0.1,
  learningRate: 1e-4,
  weightDecay: 0.01,
  seed: 1,
};

/** @throws ThawError NETWORK_INVALID naming the setting and its bounds */
export function checkNetworkSettings(settings: NetworkSettings): void {
  const { loss } = settings;
  const checks: readonly [name: string, value: number, isRight: boolean, bounds: string][] = [
    ['dimensions', settings.dimensions, isInteger(settings.dimensions, 1, 8192), 'an integer from 1 to 8192'],
    ['blocks', settings.blocks, isInteger(settings.blocks, 0, 64), 'an integer from 0 to 64'],
    ['beta', settings.beta, Number.isFinite(settings.beta), 'a finite number'],
    ['dropout', settings.dropout, settings.dropout >= 0 && settings.dropout <= 0.95, 'from 0 to 0.95'],
    ['learningRate', settings.learningRate, isPositive(settings.learningRate), 'above 0'],
    ['weightDecay', settings.weightDecay, settings.weightDecay >= 0 && settings.weightDecay < 1, 'from 0 to below 1'],
    ['seed', settings.seed, Number.isSafeInteger(settings.seed), 'an integer'],
    loss.kind === 'contrastive'
      ? ['loss.temperature', loss.temperature, isPositive(loss.temperature), 'above 0']
      : ['loss.margin', loss.margin, isPositive(loss.margin), 'above 0'],
  ];
  for (const [name, value, isRight, bounds] of checks) {
    if (!isRight) throw new ThawError('NETWORK_INVALID', `the network's ${name} is ${value}: it must be ${bounds}`);
  }
}

const isInteger = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;
