import { operator } from '@thaw/contracts';
import { Command, Help } from 'nest-commander';
import { ConfirmedServingCommand } from '../operate/base-commands.js';
import type { ServingOptions } from '../operate/options.js';
import { serveQuestion } from '../operate/serving.js';

const { VersionState } = operator;
const ALL = 1000;

@Command({ name: 'rollback', description: 'Go back to the version before the one that is served.' })
export class RollbackCommand extends ConfirmedServingCommand {
  override async run(_: string[], options: ServingOptions = {}): Promise<void> {
    await this.serving.change({
      options,
      question: async (client) => {
        const versions = await client.versions(ALL);
        const at = versions.findIndex(({ state }) => state === VersionState.SERVING);
        const before = versions.slice(at + 1).find(({ state }) => state === VersionState.STANDBY);
        return serveQuestion(before?.version ?? 'the version before', versions[at]);
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
