import { type graph, ThawError } from '@thaw/contracts';

/** Changes that are handed over in one go: between two of them others get their turn. */
const LARGEST_SLICE = 500;

/** Keeps the order: passes over what was there before, refuses a gap, and cuts the rest into slices. */
export class ChangeSequence {
  /** @param sequence the last change that has been applied */
  constructor(public sequence: number) {}

  /**
   * The changes that are new. `sequence` moves on with each slice that is taken.
   *
   * @throws ThawError GRAPH_DIVERGED where one is missing
   */
  *take(changes: readonly graph.GraphChange[]): Generator<readonly graph.GraphChange[], void, void> {
    let from = 0;
    while (from < changes.length && changes[from]!.sequence <= this.sequence) from += 1;
    for (let at = from; at < changes.length; at += LARGEST_SLICE) {
      const slice = changes.slice(at, at + LARGEST_SLICE);
      slice.forEach(({ sequence }, index) => {
        if (sequence !== this.sequence + 1 + index) throw gap(this.sequence + index, sequence);
      });
      yield slice;
      this.sequence += slice.length;
    }
  }
}

function gap(before: number, after: number): ThawError {
  return new ThawError(
    'GRAPH_DIVERGED',
    `Changes are missing from the topic: ${after} follows ${before}. The graph is read anew.`,
    { details: { before, after } },
  );
}
