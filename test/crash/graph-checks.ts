import {
  type BatchReduction,
  compareGraphs,
  type Difference,
  type GraphReplica,
  type GraphSettings,
  reduceBatch,
} from '@thaw/graph';
import type { ChangeFollower } from '../support/change-follower.js';
import type { GraphCopy } from '../support/graph-process.js';
import type { GraphTopics } from '../support/graph-topics.js';

interface GraphChecksOptions {
  readonly topics: GraphTopics;
  readonly changes: ChangeFollower;
  readonly settings: GraphSettings;
  /** Every so many copies is compared with the batch reduction; all are compared with the changes. */
  readonly compareEvery: number;
}

/** Holds the copies of the graph that were read to what they must be. */
export class GraphChecks {
  readonly #options: GraphChecksOptions;
  /** Read, while the changes up to there were not all on the topic yet. */
  #early: GraphCopy[] = [];
  #sequence = 0;
  #followed = 0;
  #reduced = 0;
  readonly differences: Difference[] = [];

  constructor(options: GraphChecksOptions) {
    this.#options = options;
  }

  /** Copies compared: with the changes of the topic folded up, and with the batch reduction. */
  get counts(): { readonly followed: number; readonly reduced: number } {
    return { followed: this.#followed, reduced: this.#reduced };
  }

  /** Whether all copies were compared with the changes. */
  get isSettled(): boolean {
    return this.#early.length === 0;
  }

  /** Takes the next copy: what one process served can never be behind what the one before served. */
  take(copy: GraphCopy): void {
    const { compareEvery } = this.#options;
    const { sequence } = copy.header;
    if (sequence < this.#sequence) {
      this.differences.push({ what: 'seller', id: 'sequence', live: sequence, expected: this.#sequence });
    }
    this.#sequence = sequence;
    const number = this.#followed + this.#early.length;
    if (number % compareEvery === 0) this.reduce(copy);
    this.#early.push(copy);
    this.settle();
  }

  /** Compares a copy with the batch reduction of exactly the events below its offsets. */
  reduce({ header, replica }: GraphCopy): BatchReduction {
    const { topics, settings } = this.#options;
    const expected = reduceBatch(topics.eventsBelow(header.offsets), settings);
    this.differences.push(...compareGraphs(replica, expected, 'exact'));
    this.#reduced += 1;
    return expected;
  }

  /** Compares the copies whose changes have arrived with those. */
  settle(): void {
    const { changes } = this.#options;
    const arrived = this.#early.filter(({ header }) => header.sequence <= changes.received);
    this.#early = this.#early.slice(arrived.length);
    for (const { header, replica } of arrived) {
      this.differences.push(...compareGraphs(changes.at(header.sequence), asReduction(replica), 'half-octave'));
      this.#followed += 1;
    }
  }
}

/** A copy of the graph in the form of the reduction that it should be. */
function asReduction({
  products,
  sellers,
  edges,
  listings,
}: GraphReplica): Omit<BatchReduction, 'histories' | 'counts'> {
  const sellersOf = new Map<string, Map<string, number>>();
  for (const [key, eventTimeMs] of listings) {
    const [seller = '', product = ''] = key.split('\n');
    sellersOf.set(product, (sellersOf.get(product) ?? new Map<string, number>()).set(seller, eventTimeMs));
  }
  const all = [...products];
  return {
    customers: new Map(all.map(([id, { customers }]) => [id, customers])),
    listings: sellersOf,
    products: new Map(
      all.map(([productId, product]) => [productId, { ...product, productId, status: 'active', eventTimeMs: 0 }]),
    ),
    candidates: new Set(all.flatMap(([id, { candidate }]) => (candidate ? [id] : []))),
    edges,
    trainingSet: new Set(products.keys()),
    sellers,
  };
}
