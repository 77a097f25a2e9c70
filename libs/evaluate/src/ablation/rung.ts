import { PAPER_NETWORK, type NetworkSettings } from '@thaw/waml';

/** One row of the paper's ablation: everything that a row may change. */
export interface Rung {
  readonly name: string;
  /** What of a node itself is in h⁰: a trained vector, nothing, or hashes of its id and of its type. */
  readonly nodes: 'trained' | 'none' | 'id' | 'id+type';
  readonly content: boolean;
  /** L2 norms in the WAML layers. */
  readonly normalise: boolean;
  /** One half in each layer, or the set that is best on the replay. */
  readonly alpha: 'half' | 'tuned';
  /** The trained layers above h^K; none where absent. */
  readonly network?: Partial<NetworkSettings>;
  /** Whether β is chosen on the replay. */
  readonly tunesBeta?: boolean;
}

const MARGIN = 1;
const base: Rung = { name: 'base', nodes: 'trained', content: false, normalise: false, alpha: 'half' };
const triplet: Partial<NetworkSettings> = {
  blocks: 3,
  loss: { kind: 'triplet', margin: MARGIN },
  beta: 1,
  normalizeBlocks: false,
  normalizeOutput: false,
};

/** Each row changes the one before by what its name says. */
function steps(...changes: readonly [name: string, change: Partial<Rung>][]): Rung[] {
  const rungs = [base];
  for (const [name, change] of changes) {
    const network = change.network && { ...rungs.at(-1)!.network, ...change.network };
    rungs.push({ ...rungs.at(-1)!, ...change, name, ...(network && { network }) });
  }
  return rungs;
}

/** METHOD's ladder (section 3 and table 6 of the paper), in its order. */
export const LADDER: readonly Rung[] = steps(
  ['+ content', { content: true }],
  ['− node embeddings', { nodes: 'none' }],
  ['+ node id hash', { nodes: 'id' }],
  ['+ node type hash', { nodes: 'id+type' }],
  ['+ L2 norm in WAML', { normalise: true }],
  ['+ tuned α', { alpha: 'tuned' }],
  ['+ simple FFN', { network: { ...triplet, block: 'plain' } }],
  ['+ BERT-FFN', { network: { block: 'bert' } }],
  ['+ L2 norm in BERT-FFN', { network: { normalizeBlocks: true } }],
  ['+ tuned β', { tunesBeta: true }],
  ['+ contrastive loss', { network: { loss: PAPER_NETWORK.loss } }],
  ['+ L2 norm of the output', { network: { normalizeOutput: true } }],
);

/** Of the triplet loss of rows whose nodes are trained. */
export const TRIPLET_MARGIN = MARGIN;
