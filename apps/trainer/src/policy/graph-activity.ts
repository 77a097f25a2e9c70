import { graph } from '@thaw/contracts';

/** How large the graph is, and how much of it changed since the last version was begun. */
export interface Activity {
  readonly candidates: number;
  readonly edges: number;
  readonly listings: number;
  readonly sellers: number;
  /** Candidates admitted and evicted. */
  readonly churn: number;
  /** Edges and listings added and removed. */
  readonly changes: number;
}

/** Counts what happens to the graph: the header of a copy, then every change. */
export class GraphActivity {
  #now = { candidates: 0, edges: 0, listings: 0, sellers: 0 };
  #churn = 0;
  #changes = 0;
  #hasBegun = false;

  /** @param knownSequence the last change of the graph that the newest version knows; 0 where there is none */
  constructor(private readonly knownSequence = 0) {}

  get now(): Activity {
    return { ...this.#now, churn: this.#churn, changes: this.#changes };
  }

  /**
   * A copy of the graph begins. What changed since the newest version was made is at most what the sequence numbers say;
   * where the graph is read anew, what changed in between is told by the sizes alone.
   */
  begin({ sequence, candidates, edges, listings, sellers }: graph.GraphHeader): void {
    const before = this.#now;
    if (this.#hasBegun) {
      this.#churn += Math.abs(candidates - before.candidates);
      this.#changes += Math.abs(edges - before.edges) + Math.abs(listings - before.listings);
    } else {
      this.#changes += Math.max(0, sequence - this.knownSequence);
    }
    this.#hasBegun = true;
    this.#now = { candidates, edges, listings, sellers };
  }

  apply({ change, reason }: graph.GraphChange): void {
    const now = this.#now;
    switch (change?.$case) {
      case 'candidateAdmitted':
        now.candidates++;
        this.#churn++;
        return;
      case 'candidateEvicted':
        now.candidates--;
        this.#churn++;
        return;
      case 'edgeAdded':
        // A new count of an edge that is there is told as an edge added.
        if (reason !== graph.ChangeReason.COUNT_MOVED) now.edges++;
        this.#changes++;
        return;
      case 'edgeRemoved':
        now.edges--;
        this.#changes++;
        return;
      case 'listingAdded':
        now.listings++;
        this.#changes++;
        return;
      case 'listingRemoved':
        now.listings--;
        this.#changes++;
        return;
      case 'sellerAdded':
        now.sellers++;
        return;
      case 'productChanged':
      case 'productRemoved':
      case undefined:
    }
  }

  /** A run begins to read the graph: from here on changes count for the next one. @returns those up to here */
  mark(): Pick<Activity, 'churn' | 'changes'> {
    const before = { churn: this.#churn, changes: this.#changes };
    this.#churn = 0;
    this.#changes = 0;
    return before;
  }

  /** The run came to nothing: what it would have taken in still waits. */
  takeBack({ churn, changes }: Pick<Activity, 'churn' | 'changes'>): void {
    this.#churn += churn;
    this.#changes += changes;
  }
}
