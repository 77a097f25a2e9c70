import { prefixedTopic } from '@thaw/contracts';
import type { RecordSink } from '@thaw/kafka';
import type { FeedTopic, RecordsByTopic } from './records.js';

/** Puts records onto their topics and counts what arrived. */
export class EventWriter {
  private readonly written: Record<FeedTopic, number> = { products: 0, listings: 0, interactions: 0, erasures: 0 };

  constructor(
    private readonly sink: RecordSink,
    private readonly topicPrefix: string,
  ) {}

  /** Events acknowledged so far, by topic. */
  get acknowledged(): Readonly<Record<FeedTopic, number>> {
    return this.written;
  }

  get total(): number {
    return Object.values(this.written).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when all are acknowledged. Calls may overlap: await `writable()` of the sink in between. */
  async write(byTopic: RecordsByTopic): Promise<void> {
    await Promise.all(
      [...byTopic].map(async ([name, records]) => {
        await this.sink.send(prefixedTopic(this.topicPrefix, name), records);
        this.written[name] += records.length;
      }),
    );
  }
}
