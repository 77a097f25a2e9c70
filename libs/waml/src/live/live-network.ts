import { ThawError } from '@thaw/contracts';
import { channelWidths } from '../model/network-rows.js';
import { NetworkForward } from '../network/forward.js';
import { NodeInputs } from '../network/node-inputs.js';
import type { LayerStates } from './layer-states.js';

/** The network's block of single nodes, made of their vectors in the channels as a version's are. */
export class LiveNetwork {
  private constructor(
    private readonly inputs: NodeInputs,
    private readonly forward: NetworkForward,
  ) {}

  /**
   * Undefined where the version's model has no network.
   *
   * @throws ThawError MODEL_STATES_INVALID when its parameters are missing, NETWORK_INVALID when they are others
   */
  static of({ learned, parameters }: Pick<LayerStates, 'learned' | 'parameters'>): LiveNetwork | undefined {
    if (learned.network === undefined) return undefined;
    if (parameters === undefined) {
      const what = 'the parameters of its network are missing';
      throw new ThawError(
        'MODEL_STATES_INVALID',
        `The layer states of this version cannot be used: ${what}. Nodes cannot be embedded between versions until the next one is published.`,
      );
    }
    const { settings, input } = learned.network;
    return new LiveNetwork(
      new NodeInputs(input, channelWidths(learned.settings)),
      new NetworkForward({ settings, parameters }),
    );
  }

  get dimensions(): number {
    return this.inputs.settings.dimensions;
  }

  /** Collects the channels of some nodes. */
  batch(nodes: number): LiveNetworkBatch {
    return new LiveNetworkBatch(this.inputs, this.forward, nodes);
  }
}

class LiveNetworkBatch {
  readonly #rows: readonly Float64Array[];

  constructor(
    private readonly inputs: NodeInputs,
    private readonly forward: NetworkForward,
    nodes: number,
  ) {
    this.#rows = Array.from({ length: nodes }, () => new Float64Array(inputs.settings.dimensions));
  }

  /** Adds the vector of node number `at` of the batch in a channel. */
  add(at: number, channel: number, vector: Float64Array): void {
    this.inputs.add(channel, vector, 0, this.#rows[at]!, 0);
  }

  /** Passes every node through the network. */
  finish(give: (at: number, vector: Float64Array) => void): void {
    this.#rows.forEach((row, at) => {
      this.inputs.finish(row, 0);
      this.forward.apply(row);
      give(at, row);
    });
  }
}
