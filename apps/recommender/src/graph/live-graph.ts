import type { graph } from '@thaw/contracts';
import type { GraphChanges, GraphConsumer } from '@thaw/graph-reader';
import { type CandidateListener, ServingGraph } from './serving-graph.js';

export interface LiveGraphListener {
  /** A candidate of the graph that is served. */
  readonly onCandidate: CandidateListener;
  /** Another graph is served from now on: all candidates may be others. */
  readonly onReplaced: () => Promise<void>;
  /** Changes are obeyed from now on, the newest of whose events is this old by Kafka's clock. */
  readonly onApplied?: (secondsBehind: number) => void;
}

/** The graph that is served, kept up to date by a reader. A new copy takes its place when it is whole. */
export class LiveGraph implements GraphConsumer {
  #served: ServingGraph | undefined;
  #coming: ServingGraph | undefined;
  #appliedAt = 0;

  constructor(
    private readonly listener: LiveGraphListener,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Undefined before the first copy is whole. */
  get served(): ServingGraph | undefined {
    return this.#served;
  }

  /** Seconds since the newest change was applied; 0 before there was any. */
  get ageSeconds(): number {
    return this.#served === undefined ? 0 : (this.now() - this.#appliedAt) / 1000;
  }

  begin(): void {
    const coming = new ServingGraph((id, isCandidate) => {
      if (this.#served === coming) this.listener.onCandidate(id, isCandidate);
    });
    this.#coming = coming;
  }

  part(message: graph.ReadGraphResponse): void {
    this.#coming?.read(message);
  }

  async ready(): Promise<void> {
    if (this.#coming === undefined) return;
    this.#served = this.#coming;
    this.#coming = undefined;
    this.#appliedAt = this.now();
    await this.listener.onReplaced();
  }

  apply({ changes, causedAtMs }: GraphChanges): void {
    for (const change of changes) this.#served?.apply(change);
    this.#appliedAt = this.now();
    if (causedAtMs > 0) this.listener.onApplied?.(Math.max(0, Date.now() - causedAtMs) / 1000);
  }
}
