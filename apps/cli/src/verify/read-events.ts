import {
  type CoInteractionCountEvent,
  type CustomerErasureEvent,
  DecodeError,
  type graph,
  INPUT_TOPICS,
  type InputTopic,
  type InteractionEvent,
  type ListingEvent,
  type ProductEvent,
  ThawError,
  decodeCoInteractionCount,
  decodeCustomerErasure,
  decodeInteraction,
  decodeListing,
  decodeProduct,
  prefixedTopic,
  topic,
} from '@thaw/contracts';
import { type EventSet, type GraphSettings, isFutureDated } from '@thaw/graph';
import type { Kafka, PartitionOffset, SourceRecord } from '@thaw/kafka';

/** Events taken, by topic, and the records that apps/graph refuses too. */
export type EventTally = Readonly<Record<InputTopic | 'undecodable' | 'future_dated', number>>;

export interface ReadOptions {
  readonly kafka: Pick<Kafka, 'offsets' | 'readAll'>;
  readonly topicPrefix: string;
  /** Of the live graph: exactly the records before them are read. */
  readonly offsets: readonly graph.InputOffset[];
  readonly settings: Pick<GraphSettings, 'maxFutureSkewMs'>;
}

/** Reads again what the live graph has read. */
export class EventReader {
  private readonly interactions: InteractionEvent[] = [];
  private readonly listings: ListingEvent[] = [];
  private readonly products: ProductEvent[] = [];
  private readonly erasures: CustomerErasureEvent[] = [];
  private readonly counts: CoInteractionCountEvent[] = [];
  private undecodable = 0;
  private futureDated = 0;

  private constructor(
    private readonly options: ReadOptions,
    private readonly names: ReadonlyMap<string, InputTopic>,
    /** Records to read, those that were compacted away included. */
    readonly total: number,
  ) {}

  /**
   * Checks that everything from the first record on is still there.
   *
   * @throws ThawError CONFIG_INVALID where the live graph reads other topics than this configuration names;
   * KAFKA_OFFSET_OUT_OF_RANGE where records are gone
   */
  static async open(options: ReadOptions): Promise<EventReader> {
    const { kafka, topicPrefix, offsets } = options;
    const names = new Map(INPUT_TOPICS.map((name) => [prefixedTopic(topicPrefix, name), name]));
    let total = 0;
    for (const fullName of new Set(offsets.map((each) => each.topic))) {
      const name = names.get(fullName);
      if (name === undefined) throw strangeTopic(fullName, topicPrefix);
      for (const { partition, startOffset, endOffset } of await kafka.offsets(fullName)) {
        const read = offsets.find((each) => each.topic === fullName && each.partition === partition)?.nextOffset ?? 0;
        const isCut = startOffset > 0 && topic(name).cleanupPolicy === 'delete';
        if (read > endOffset || (read > 0 && isCut)) throw gone({ fullName, partition, startOffset, endOffset, read });
        total += Math.max(0, read - startOffset);
      }
    }
    return new EventReader(options, names, total);
  }

  /** @param onProgress told how many of `total` are through */
  async read(onProgress: (done: number) => void): Promise<{ readonly events: EventSet; readonly tally: EventTally }> {
    const { kafka, offsets } = this.options;
    const until: PartitionOffset[] = offsets.map(({ nextOffset, ...place }) => ({ ...place, offset: nextOffset }));
    const topics = [...new Set(until.map((each) => each.topic))];
    let done = 0;
    if (topics.length > 0) {
      await kafka.readAll(
        topics,
        (batch) => {
          const name = this.names.get(batch.topic)!;
          for (const record of batch.records) this.take(name, record);
          onProgress((done += batch.records.length));
          return Promise.resolve();
        },
        { until },
      );
    }
    const { interactions, listings, products, erasures, counts } = this;
    // Whoever reads finished counts has a distributed counter in place of its own.
    const isExternal = topics.includes(prefixedTopic(this.options.topicPrefix, 'co-interactions'));
    const events = { interactions, listings, products, erasures, ...(isExternal && { counts }) };
    return { events, tally: this.tally() };
  }

  private tally(): EventTally {
    return {
      interactions: this.interactions.length,
      listings: this.listings.length,
      products: this.products.length,
      erasures: this.erasures.length,
      'co-interactions': this.counts.length,
      undecodable: this.undecodable,
      future_dated: this.futureDated,
    };
  }

  private take(name: InputTopic, record: SourceRecord): void {
    try {
      this.decode(name, record);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.undecodable += 1;
    }
  }

  private decode(name: InputTopic, record: SourceRecord): void {
    const { value, headers, key } = record;
    switch (name) {
      case 'interactions':
        this.keep(this.interactions, decodeInteraction(value, headers), record);
        break;
      case 'listings':
        this.keep(this.listings, decodeListing(value, headers), record);
        break;
      case 'products':
        this.keep(this.products, decodeProduct(value, headers), record);
        break;
      case 'erasures':
        this.keep(this.erasures, decodeCustomerErasure(value, headers), record);
        break;
      case 'co-interactions':
        this.counts.push(decodeCoInteractionCount(value, headers, key));
    }
  }

  private keep<T extends { readonly eventTimeMs: number }>(events: T[], event: T, { timestampMs }: SourceRecord): void {
    if (isFutureDated(event.eventTimeMs, timestampMs, this.options.settings)) this.futureDated += 1;
    else events.push(event);
  }
}

function strangeTopic(name: string, topicPrefix: string): ThawError {
  const ours = topicPrefix === '' ? 'no topic prefix' : `the topic prefix "${topicPrefix}"`;
  return new ThawError(
    'CONFIG_INVALID',
    `The live graph reads ${name}, and this configuration has ${ours}. Give both the same THAW_TOPIC_PREFIX.`,
    { details: { topic: name, topicPrefix } },
  );
}

interface Gone {
  readonly fullName: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly read: number;
}

function gone({ fullName, partition, startOffset, endOffset, read }: Gone): ThawError {
  return new ThawError(
    'KAFKA_OFFSET_OUT_OF_RANGE',
    `The live graph has read partition ${partition} of ${fullName} from offset 0 to ${read}, and the topic holds ` +
      `${startOffset} to ${endOffset}: nobody can recount what is gone. Keep the input topics for ever ` +
      '(retention.ms -1), and check that KAFKA_BROKERS names the cluster that apps/graph reads.',
    { details: { topic: fullName, partition, startOffset, endOffset, read } },
  );
}
