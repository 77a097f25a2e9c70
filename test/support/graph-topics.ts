import {
  encodeCoInteractionCount,
  encodeCustomerErasure,
  encodeInteraction,
  encodeListing,
  encodeProduct,
  graph,
  type InputTopic,
  prefixedTopic,
  topic,
  topicSettings,
} from '@thaw/contracts';
import { graphTopics } from '@thaw/app-graph';
import type { EventSet, GraphReplica } from '@thaw/graph';
import { createKafka, type Kafka, partitionForKey, type RecordSink, type SinkRecord } from '@thaw/kafka';
import { type AnyEvent, asEventSet } from './graph-events.js';

/** Who counts: see the setting THAW_GRAPH_COUNTER. */
export type CounterKind = 'embedded' | 'external';

const INPUTS = {
  embedded: ['products', 'listings', 'interactions', 'erasures'],
  external: ['products', 'listings', 'co-interactions'],
} as const;

/** The topics of one test on a shared broker, and what tests do with them. */
export class GraphTopics {
  readonly kafka: Kafka;
  readonly #sink: RecordSink;
  readonly prefix: string;
  /** What was sent to each "topic/partition", by offset: nobody else writes there. Undefined is no event at all. */
  readonly #sent = new Map<string, (AnyEvent | undefined)[]>();

  private constructor(
    kafka: Kafka,
    sink: RecordSink,
    prefix: string,
    readonly counter: CounterKind,
  ) {
    this.kafka = kafka;
    this.#sink = sink;
    this.prefix = prefix;
  }

  static async create(bootstrap: string, prefix: string, counter: CounterKind = 'embedded'): Promise<GraphTopics> {
    const kafka = createKafka({ brokers: [bootstrap], clientId: 'test' }, () => undefined);
    await kafka.ensureTopics(
      graphTopics(counter).map((name) => ({
        name: prefixedTopic(prefix, name),
        partitions: topic(name).partitions,
        config: topicSettings(topic(name)),
      })),
    );
    return new GraphTopics(kafka, await kafka.sink(), prefix, counter);
  }

  async close(): Promise<void> {
    await this.#sink.close();
    await this.kafka.close();
  }

  /** Produces events; resolves when all are acknowledged. */
  async produce(events: readonly AnyEvent[]): Promise<void> {
    const records = new Map<InputTopic, SinkRecord[]>();
    for (const event of events) {
      const [name, encoded] = encode(event);
      const partition = this.partitionOf(event);
      const headers = { 'content-type': Buffer.from(encoded.headers['content-type']) };
      const list = records.get(name) ?? [];
      list.push({ partition, key: encoded.key, value: encoded.value, headers });
      records.set(name, list);
      this.#note(name, partition, event);
    }
    await Promise.all([...records].map(async ([name, list]) => await this.#send(name, list)));
  }

  partitionOf(event: AnyEvent): number {
    const [name, { key }] = encode(event);
    return partitionForKey(key, topic(name).partitions);
  }

  /** Sends records that are no events. */
  async send(name: InputTopic, records: readonly SinkRecord[]): Promise<void> {
    for (const { partition } of records) this.#note(name, partition, undefined);
    await this.#send(name, records);
  }

  async #send(name: InputTopic, records: readonly SinkRecord[]): Promise<void> {
    await this.#sink.send(prefixedTopic(this.prefix, name), records);
  }

  /** Before anything is awaited: the sink keeps the order of the calls, so the place in the list is the offset. */
  #note(name: InputTopic, partition: number, event: AnyEvent | undefined): void {
    const place = `${prefixedTopic(this.prefix, name)}/${partition}`;
    const list = this.#sent.get(place) ?? [];
    list.push(event);
    this.#sent.set(place, list);
  }

  /** Exactly the events that a reader with these offsets has read. */
  eventsBelow(offsets: readonly graph.InputOffset[]): EventSet {
    const events = offsets.flatMap(({ topic: name, partition, nextOffset }) => {
      const sent = this.#sent.get(`${name}/${partition}`) ?? [];
      if (nextOffset > sent.length)
        throw new Error(`${name}/${partition} was read beyond what was sent: ${nextOffset}`);
      return sent.slice(0, nextOffset);
    });
    return asEventSet(events.filter((event) => event !== undefined));
  }

  /** Where each partition of the inputs ends now. */
  async inputEnds(): Promise<Map<string, number>> {
    const ends = new Map<string, number>();
    for (const name of INPUTS[this.counter]) {
      const full = prefixedTopic(this.prefix, name);
      for (const { partition, endOffset } of await this.kafka.offsets(full))
        ends.set(`${full}/${partition}`, endOffset);
    }
    return ends;
  }

  /** Every change on the topic from the first on, as it stands there, repetitions and all. */
  async changes(): Promise<graph.GraphChange[]> {
    const changes: graph.GraphChange[] = [];
    await this.kafka.readAll([prefixedTopic(this.prefix, 'graph-changes')], ({ records }) => {
      for (const { value } of records) changes.push(...graph.GraphChangeBatch.decode(value!).changes);
      return Promise.resolve();
    });
    return changes;
  }

  /** Applies all changes of the topic to the replica; returns how many were repetitions. */
  async follow(replica: GraphReplica): Promise<number> {
    let repeated = 0;
    for (const change of await this.changes()) if (!replica.apply(change)) repeated += 1;
    return repeated;
  }
}

function encode({ kind, event }: AnyEvent): [InputTopic, ReturnType<typeof encodeInteraction>] {
  switch (kind) {
    case 'interaction':
      return ['interactions', encodeInteraction(event)];
    case 'listing':
      return ['listings', encodeListing(event)];
    case 'product':
      return ['products', encodeProduct(event)];
    case 'erasure':
      return ['erasures', encodeCustomerErasure(event)];
    case 'count':
      return ['co-interactions', encodeCoInteractionCount(event)];
  }
}

/** Whether the graph has read all that the topics held at `ends`. */
export function hasRead({ offsets }: graph.GraphHeader, ends: ReadonlyMap<string, number>): boolean {
  const read = new Map(offsets.map(({ topic: name, partition, nextOffset }) => [`${name}/${partition}`, nextOffset]));
  return [...ends].every(([place, end]) => end === 0 || (read.get(place) ?? 0) >= end);
}
