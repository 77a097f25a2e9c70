import type { operator } from '@thaw/contracts';
import type { BatchSource, Kafka, LogFunction } from '@thaw/kafka';
import { VersionLog } from './version-log.js';

export interface VersionFeedOptions {
  readonly kafka: Kafka;
  /** `versions`, with its prefix. */
  readonly topic: string;
  /** Told of the version that is to be served, when all that is on the topic has been read, and on every change. */
  readonly onWanted: (version: operator.Version | undefined) => void;
  readonly log: LogFunction;
}

/** Reads the topic `versions` to its end, and goes on for as long as it is open. */
export class VersionFeed {
  readonly #versions = new VersionLog();
  #source: BatchSource | undefined;

  constructor(private readonly options: VersionFeedOptions) {}

  /** @returns what ends when the topic cannot be read any more; the promise rejects with the reason */
  async open(): Promise<{ readonly done: Promise<void> }> {
    const { kafka, topic, onWanted, log } = this.options;
    const take = (records: Parameters<VersionLog['take']>[0][]): void => {
      for (const record of records) {
        if (!this.#versions.take(record))
          log('warn', `a record of ${topic} is no version`, { key: String(record.key) });
      }
    };
    const [end] = await kafka.offsets(topic);
    const ends = [{ topic, partition: 0, offset: end?.endOffset ?? 0 }];
    const readEnd = async ({ records }: { records: readonly Parameters<VersionLog['take']>[0][] }): Promise<void> => {
      await Promise.resolve();
      take([...records]);
    };
    await kafka.readAll([topic], readEnd, { until: ends });
    onWanted(this.#versions.wanted);
    this.#source = await kafka.source({
      name: 'thaw-recommender-versions',
      topics: [topic],
      startOffset: () => ends[0]!.offset,
      whenOutOfRange: 'earliest',
      handler: async ({ records, redelivered }) => {
        await Promise.resolve();
        if (redelivered) return;
        take([...records]);
        onWanted(this.#versions.wanted);
      },
    });
    return { done: this.#source.done };
  }

  async close(): Promise<void> {
    await this.#source?.close();
  }
}
