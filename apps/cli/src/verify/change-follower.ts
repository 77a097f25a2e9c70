import type { graph } from '@thaw/contracts';
import { GraphReplica } from '@thaw/graph';

/**
 * Builds a copy of the graph from its changes alone, from the first one on.
 *
 * After a gap it begins anew with an empty graph: a state that was lost and rebuilt from the inputs numbers its changes
 * on with a gap, and what follows makes the whole graph. After a lost change it does not, and the copy shows that.
 */
export class ChangeFollower {
  replica = new GraphReplica();
  /** Changes applied; repetitions count once. */
  changes = 0;
  /** The sequence number before each gap, and the one after it. */
  readonly gaps: (readonly [before: number, after: number])[] = [];
  #first: number | undefined;

  /** @param sequence the last change to apply */
  constructor(readonly sequence: number) {}

  /** The number of the first change there was; above 1 the earlier ones are gone, and the copy is good for nothing. */
  get first(): number | undefined {
    return this.#first;
  }

  get isDone(): boolean {
    return this.replica.sequence >= this.sequence || (this.#first ?? 1) > 1;
  }

  /** @throws ThawError GRAPH_DIVERGED where a change does not fit what came before it */
  take({ changes }: graph.GraphChangeBatch): void {
    for (const change of changes) {
      this.#first ??= change.sequence;
      if (this.isDone || change.sequence > this.sequence) return;
      const { sequence } = this.replica;
      if (change.sequence > sequence + 1) {
        this.gaps.push([sequence, change.sequence]);
        this.replica = new GraphReplica();
        this.replica.sequence = change.sequence - 1;
      }
      if (this.replica.apply(change)) this.changes += 1;
    }
  }
}
