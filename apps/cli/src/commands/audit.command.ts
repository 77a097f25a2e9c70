import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { createLogger } from '@thaw/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { auditAsText } from '../operate/audit-text.js';
import { readAudit } from '../operate/read-audit.js';
import { ConfigSource } from '../session/config-source.js';
import { existingKafka } from '../session/kafka.js';
import { Output } from '../terminal/output.js';
import { parseWhole } from './options.js';

interface AuditOptions {
  readonly limit?: number;
}

const DEFAULT_LIMIT = 20;

@Command({ name: 'audit', description: 'Show who commanded what, when and why, and what it changed.' })
export class AuditCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(_: string[], { limit = DEFAULT_LIMIT }: AuditOptions = {}): Promise<void> {
    const { config, secrets } = this.source.load();
    const logger = createLogger({ ...config.log, level: this.output.isVerbose ? 'debug' : 'silent', secrets, fd: 2 });
    const session = await existingKafka(config, logger);
    if (session === undefined) {
      throw new ThawError(
        'KAFKA_UNAVAILABLE',
        `No Kafka runs for ${config.paths.dataDir}. Run \`thaw up\` in another terminal, or set KAFKA_BROKERS.`,
      );
    }
    try {
      const entries = await readAudit(session.kafka, config.kafka.topicPrefix, limit);
      this.output.result({ entries }, () => auditAsText(entries));
    } finally {
      await session.close();
    }
  }

  @Option({ flags: '--limit <n>', description: `how many, the newest (${DEFAULT_LIMIT})` })
  limit(text: string): number {
    return parseWhole(text);
  }

  @Help('after')
  examples(): string {
    return `
The newest comes last. What was refused and what failed is there too. The topic audit, which this
reads, is only ever added to.

Examples:
  $ thaw audit
  $ thaw audit --limit 1000 --output json | jq '.entries[] | select(.who.name == "ann")'`;
  }
}
