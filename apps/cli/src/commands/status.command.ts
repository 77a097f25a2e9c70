import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { ConfigSource } from '../session/config-source.js';
import { Lookout, isReady, overviewAsJson, overviewAsText } from '../status/look.js';
import { Output } from '../terminal/output.js';

@Command({ name: 'status', description: 'Show what runs, what is served, and how fresh it is.' })
export class StatusCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(): Promise<void> {
    const lookout = new Lookout(this.source.load().config);
    try {
      const overview = await lookout.look();
      this.output.result(overviewAsJson(overview), () => overviewAsText(overview, Date.now()));
      if (!isReady(overview)) process.exitCode = EXIT.failure;
    } finally {
      lookout.close();
    }
  }

  @Help('after')
  examples(): string {
    return `
Looks at the Thaw that \`thaw up\` runs for this THAW_DATA_DIR; without one, at where the settings
say that the apps listen. Exits with 1 unless every app answers and is ready.

Examples:
  $ thaw status
  $ thaw status --output json | jq .serving
  $ until thaw status > /dev/null; do sleep 1; done`;
  }
}
