import { Command, Help } from 'nest-commander';
import { ServingCommand } from '../operate/base-commands.js';
import type { ServingOptions } from '../operate/options.js';

@Command({ name: 'release', description: 'Let newer versions be served again after activate, promote or rollback.' })
export class ReleaseCommand extends ServingCommand {
  override async run(_: string[], options: ServingOptions = {}): Promise<void> {
    await this.serving.change({ options, work: (client, command) => client.release(command) });
  }

  @Help('after')
  examples(): string {
    return `
The newest version that passed the gate is served at once. Role: operator.

Examples:
  $ thaw release
  $ thaw release --reason "the next one is better" --output json`;
  }
}
