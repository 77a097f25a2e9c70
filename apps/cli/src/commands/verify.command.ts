import { Inject } from '@nestjs/common';
import { GraphClient } from '@thaw/graph-reader';
import { clientSecurity, createLogger } from '@thaw/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { ConfigSource } from '../session/config-source.js';
import { grpcAddress } from '../session/addresses.js';
import { requireKafka } from '../session/kafka.js';
import { Output } from '../terminal/output.js';
import { openProgress } from '../terminal/progress.js';
import { asJson, asText } from '../verify/report.js';
import { type Verification, verify } from '../verify/verify.js';
import { parseSeed, parseWhole } from './options.js';

interface VerifyCommandOptions {
  readonly graph?: string;
  readonly sample?: number;
  readonly seed?: number;
}

const DEFAULT_SAMPLE = 1000;
const DEFAULT_SEED = 1;

@Command({
  name: 'verify',
  description: 'Recount the graph from the first event and compare it with the live one.',
})
export class VerifyCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(_: string[], options: VerifyCommandOptions = {}): Promise<void> {
    const verification = await this.verify(options);
    this.output.result(asJson(verification), () => asText(verification));
    if (verification.findings.total > 0) process.exitCode = EXIT.failure;
  }

  @Option({
    flags: '--graph <host:port>',
    description: 'where apps/graph serves gRPC (that of thaw up, or the settings)',
  })
  graph(address: string): string {
    return address;
  }

  @Option({ flags: '--sample <n>', description: `pairs whose count is asked for one by one (${DEFAULT_SAMPLE})` })
  sample(text: string): number {
    return parseWhole(text);
  }

  @Option({ flags: '--seed <n>', description: `which pairs those are (${DEFAULT_SEED})` })
  seed(text: string): number {
    return parseSeed(text);
  }

  @Help('after')
  examples(): string {
    return `
Reads the input topics from the first record to where the live graph stands, makes histories,
counts, candidates and the reduced graph of them in the slow and obvious way, and compares:
the graph, counts of sampled pairs below the threshold, and a copy that followed the changes
from the first one. The graph may go on meanwhile; only the sampled pairs need it to stand still.

Prints the first 20 differences and exits with 1 if there are any. It writes nothing.
Records that were refused under another THAW_MAX_FUTURE_SKEW_MS than today's show as differences.

Examples:
  $ thaw verify
  $ thaw verify --graph graph-1:50051 --output json
  $ KAFKA_BROKERS=kafka-1:9092 thaw verify --sample 10000`;
  }

  private async verify({ graph, sample, seed }: VerifyCommandOptions): Promise<Verification> {
    const { config, secrets } = this.source.load();
    const level = this.output.isVerbose ? 'debug' : 'silent';
    const logger = createLogger({ ...config.log, level, secrets, fd: 2 });
    const session = await requireKafka(config, logger);
    const client = new GraphClient({
      address: graph ?? grpcAddress(config, 'graph'),
      setting: '--graph host:port',
      ...clientSecurity(config),
    });
    const note = (line: string) => this.output.note(line);
    try {
      await client.connect();
      return await verify({
        kafka: session.kafka,
        topicPrefix: config.kafka.topicPrefix,
        graph: client,
        sample: sample ?? DEFAULT_SAMPLE,
        seed: seed ?? DEFAULT_SEED,
        onReading: (total) => openProgress({ unit: 'records', total, startedAt: 0, note }),
        onStep: note,
      });
    } finally {
      client.close();
      await session.close();
    }
  }
}
