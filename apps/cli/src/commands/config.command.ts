import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help } from 'nest-commander';
import { ConfigSource } from '../session/config-source.js';
import { table } from '../terminal/format.js';
import { Output } from '../terminal/output.js';

@Command({ name: 'config', description: 'Print every setting: its value, where it comes from, what it means.' })
export class ConfigCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override run(): Promise<void> {
    const { report } = this.source.load();
    this.output.result({ settings: report }, () =>
      table([
        ['SETTING', 'VALUE', 'FROM', 'MEANING'],
        ...report.map(({ name, value, source, description }) => [name, shown(value), source, description]),
      ]),
    );
    return Promise.resolve();
  }

  @Help('after')
  examples(): string {
    return `
Settings are environment variables. Secrets are shown as ***; they can also come from
files: KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka.

Examples:
  $ thaw config
  $ THAW_HISTORY_LIMIT=500 thaw config --output json`;
  }
}

const shown = (value: unknown): string =>
  value === null ? '-' : typeof value === 'string' ? value || '""' : JSON.stringify(value);
