import { Command, Help } from 'nest-commander';
import { ConfirmedServingCommand } from '../operate/base-commands.js';
import type { ServingOptions } from '../operate/options.js';

@Command({ name: 'rollback', description: 'Go back to the version before the one that is served.' })
export class RollbackCommand extends ConfirmedServingCommand {
  override async run(_: string[], options: ServingOptions = {}): Promise<void> {
    await this.serving.change({
      options,
      question: async (client) => {
        const { serving } = await client.status();
        return `This serves the version before ${serving?.version ?? 'the one that is served'}, until \`thaw release\``;
      },
      work: (client, command) => client.rollback(command),
    });
  }

  @Help('after')
  examples(): string {
    return `
Goes to the newest version before the serving one that passed the gate, and pins it: newer ones wait
until \`thaw release\`, also when apps restart. Said again it goes back one more; said again with the
same --command-id it does not. Role: operator.

Examples:
  $ thaw rollback
  $ thaw rollback --reason "sellers complain" --yes
  $ thaw rollback --yes --output json | jq .servedAfterSeconds`;
  }
}
