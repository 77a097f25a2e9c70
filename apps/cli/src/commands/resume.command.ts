import { Command, Help } from 'nest-commander';
import { ChangingCommand } from '../operate/base-commands.js';
import type { ChangingOptions } from '../operate/options.js';

@Command({ name: 'resume', description: 'Let runs come by themselves again.' })
export class ResumeCommand extends ChangingCommand {
  override async run(_: string[], options: ChangingOptions = {}): Promise<void> {
    await this.link.command(options, async (client, command) => {
      const paused = await client.setPaused(false, command);
      this.link.output.result({ commandId: command.commandId, paused }, () =>
        paused ? 'They are still paused.' : 'Runs come by themselves again, when they are due.',
      );
    });
  }

  @Help('after')
  examples(): string {
    return `
Role: operator.

Examples:
  $ thaw resume
  $ thaw resume --reason "stock-taking is done" --output json`;
  }
}
