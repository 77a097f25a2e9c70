import { crc32 } from 'node:zlib';
import { graph } from '@thaw/contracts';
import { GraphReplica } from '@thaw/graph';
import type { BatchSource, Kafka } from '@thaw/kafka';

/** What a reader of `graph-changes` may meet, and what it must not. */
export interface FollowerCounts {
  readonly changes: number;
  /** Changes that came again with the same content: a reader passes them over. */
  readonly repeated: number;
  /** Sequence numbers that were left out. */
  readonly gaps: number;
  /** Changes that came again with another content under the same number. */
  readonly altered: number;
}

/** Reads a topic of graph changes while it is written, and folds it into a replica as far as it is asked to. */
export class ChangeFollower {
  readonly replica = new GraphReplica();
  /** A digest of each change; that of sequence number n is at n − 1. */
  readonly #digests: number[] = [];
  #waiting: graph.GraphChange[] = [];
  #repeated = 0;
  #gaps = 0;
  #altered = 0;
  #source: BatchSource | undefined;

  static async open(kafka: Kafka, topic: string): Promise<ChangeFollower> {
    const follower = new ChangeFollower();
    follower.#source = await kafka.source({
      name: `${topic}-follower`,
      topics: [topic],
      startOffset: () => 'earliest',
      handler: ({ records, redelivered }) => {
        if (redelivered) return Promise.resolve();
        for (const { value } of records) {
          for (const change of graph.GraphChangeBatch.decode(value!).changes) follower.take(change);
        }
        return Promise.resolve();
      },
    });
    return follower;
  }

  async close(): Promise<void> {
    await this.#source?.close();
    await this.#source?.done;
  }

  /** Sequence number of the last change that was read. */
  get received(): number {
    return this.#digests.length;
  }

  get counts(): FollowerCounts {
    return { changes: this.received, repeated: this.#repeated, gaps: this.#gaps, altered: this.#altered };
  }

  /** Notes the next change of the topic. */
  take(change: graph.GraphChange): void {
    const digest = crc32(graph.GraphChange.encode(change).finish());
    const known = this.#digests[change.sequence - 1];
    if (known !== undefined) {
      if (known === digest) this.#repeated += 1;
      else this.#altered += 1;
      return;
    }
    this.#gaps += change.sequence - 1 - this.#digests.length;
    while (this.#digests.length < change.sequence) this.#digests.push(digest);
    this.#waiting.push(change);
  }

  /** The replica as it is at a sequence number that was received. @throws ThawError GRAPH_DIVERGED */
  at(sequence: number): GraphReplica {
    const later = this.#waiting.findIndex((change) => change.sequence > sequence);
    const due = later < 0 ? this.#waiting.splice(0) : this.#waiting.splice(0, later);
    for (const change of due) this.replica.apply(change);
    return this.replica;
  }
}
