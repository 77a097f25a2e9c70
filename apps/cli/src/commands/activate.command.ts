import { Command, Help } from 'nest-commander';
import { ConfirmedServingCommand } from '../operate/base-commands.js';
import type { ServingOptions } from '../operate/options.js';
import { serveQuestion } from '../operate/serving.js';

@Command({
  name: 'activate',
  arguments: '<version>',
  argsDescription: { version: 'the version to serve, such as v000012' },
  description: 'Serve a version, until it is released.',
})
export class ActivateCommand extends ConfirmedServingCommand {
  override async run([version = '']: string[], options: ServingOptions = {}): Promise<void> {
    await this.serving.change({
      options,
      question: async (client) => serveQuestion(version, (await client.status()).serving),
      work: (client, command) => client.activate(version, command),
    });
  }

  @Help('after')
  examples(): string {
    return `
The version is pinned: newer ones wait until \`thaw release\`, also when apps restart. Exits with 1
when the recommender does not serve it within the time. A version that the gate rejected is served
by \`thaw promote\`. Role: operator.

Examples:
  $ thaw activate v000012
  $ thaw activate v000012 --reason "the fair is over" --yes
  $ thaw versions --output json | jq -r '.versions[1].version' | xargs thaw activate --yes`;
  }
}
