import { createInterface } from 'node:readline';
import { Inject } from '@nestjs/common';
import { DecodeError, decodeCustomerErasure, decodeInteraction, decodeListing, decodeProduct } from '@thaw/contracts';
import { createLogger } from '@thaw/platform';
import { Command, CommandRunner, Help } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { EventWriter } from '../feed/event-writer.js';
import { type FeedEvent, type FeedTopic, toRecords } from '../feed/records.js';
import { ConfigSource } from '../session/config-source.js';
import { requireKafka } from '../session/kafka.js';
import { count } from '../terminal/format.js';
import { Output } from '../terminal/output.js';

const BATCH_EVENTS = 1000;

const DECODERS: Readonly<Record<FeedTopic, (json: Buffer) => FeedEvent>> = {
  products: (json) => ({ topic: 'products', value: decodeProduct(json) }),
  listings: (json) => ({ topic: 'listings', value: decodeListing(json) }),
  interactions: (json) => ({ topic: 'interactions', value: decodeInteraction(json) }),
  erasures: (json) => ({ topic: 'erasures', value: decodeCustomerErasure(json) }),
};

const isFeedTopic = (name: string): name is FeedTopic => Object.hasOwn(DECODERS, name);

@Command({
  name: 'produce',
  arguments: '<topic> [event]',
  argsDescription: {
    topic: 'products, listings, interactions or erasures',
    event: 'one event as JSON; without it, one event per line is read from standard input',
  },
  description: 'Put events of your own onto a topic, checked before they are sent.',
})
export class ProduceCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([topic = '', event]: string[]): Promise<void> {
    if (!isFeedTopic(topic)) {
      this.output.note(`thaw: there is no topic ${topic} to produce to. Choose ${Object.keys(DECODERS).join(', ')}.`);
      process.exitCode = EXIT.usage;
      return;
    }
    const { config, secrets } = this.source.load();
    const logger = createLogger({ ...config.log, level: 'warn', secrets, fd: 2 });
    const session = await requireKafka(config, logger);
    try {
      const sink = await session.kafka.sink();
      const writer = new EventWriter(sink, config.kafka.topicPrefix);
      const lines = event === undefined ? createInterface({ input: process.stdin, crlfDelay: Infinity }) : [event];
      const rejected = await this.send(topic, lines, writer).finally(() => sink.close());
      const sent = writer.acknowledged[topic];
      this.output.result({ topic, sent, rejected }, () => `${count(sent)} events on ${topic}.`);
      if (rejected > 0) process.exitCode = EXIT.failure;
    } finally {
      await session.close();
    }
  }

  @Help('after')
  examples(): string {
    return `
Times are ISO 8601 in event_time, or Unix milliseconds in event_time_ms. An event that is not
what its topic promises is shown with the reason, and not sent.

Examples:
  $ thaw produce interactions '{"customer_id":"ann","product_id":"p1","type":"view","event_time":"2026-01-31T12:00:00Z"}'
  $ thaw produce listings < listings.ndjson`;
  }

  private async send(
    topic: FeedTopic,
    lines: Iterable<string> | AsyncIterable<string>,
    writer: EventWriter,
  ): Promise<number> {
    let rejected = 0;
    let number = 0;
    let batch: FeedEvent[] = [];
    for await (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      try {
        batch.push(DECODERS[topic](Buffer.from(line)));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        rejected++;
        this.output.note(`line ${number}: ${error.message}`);
      }
      if (batch.length < BATCH_EVENTS) continue;
      await writer.write(toRecords(batch));
      batch = [];
    }
    await writer.write(toRecords(batch));
    return rejected;
  }
}
