import { Command, Help } from 'nest-commander';
import { ChangingCommand } from '../operate/base-commands.js';
import type { ChangingOptions } from '../operate/options.js';

@Command({ name: 'pause', description: 'Pause the runs that come by themselves.' })
export class PauseCommand extends ChangingCommand {
  override async run(_: string[], options: ChangingOptions = {}): Promise<void> {
    await this.link.command(options, async (client, command) => {
      const paused = await client.setPaused(true, command);
      this.link.output.result({ commandId: command.commandId, paused }, () =>
        paused ? 'No run comes by itself until `thaw resume`.' : 'They are not paused.',
      );
    });
  }

  @Help('after')
  examples(): string {
    return `
A run that is under way goes on, \`thaw retrain\` works all the same, and live embedding never pauses.
The pause holds when apps restart. Role: operator.

Examples:
  $ thaw pause --reason "stock-taking"
  $ thaw runs`;
  }
}
