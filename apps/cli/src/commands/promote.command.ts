import { ThawError } from '@thaw/contracts';
import { Command, Help } from 'nest-commander';
import { ConfirmedServingCommand } from '../operate/base-commands.js';
import type { ServingOptions } from '../operate/options.js';
import { serveQuestion } from '../operate/serving.js';

@Command({
  name: 'promote',
  arguments: '<version>',
  argsDescription: { version: 'the version that the gate rejected' },
  description: 'Serve a version that the gate rejected, with a reason.',
})
export class PromoteCommand extends ConfirmedServingCommand {
  override async run([version = '']: string[], options: ServingOptions = {}): Promise<void> {
    if ((options.reason ?? '').trim() === '') {
      throw new ThawError('REQUEST_INVALID', `Say why ${version} is to be served all the same: --reason "…".`);
    }
    await this.serving.change({
      options,
      question: async (client) => {
        const [{ serving }, versions] = await Promise.all([client.status(), client.versions(1000)]);
        const because = versions.find((each) => each.version === version)?.rejectedBecause ?? '';
        return (because === '' ? '' : `The gate rejected ${version}: ${because}. `) + serveQuestion(version, serving);
      },
      work: (client, command) => client.promote(version, command),
    });
  }

  @Help('after')
  examples(): string {
    return `
Rejected versions are kept for THAW_TRAINER_KEEP_REJECTED; \`thaw versions\` says why they were. The
version is pinned until \`thaw release\`. Role: admin.

Examples:
  $ thaw promote v000013 --reason "held-back listings were of a holiday"
  $ thaw promote v000013 --reason "as agreed" --yes --output json`;
  }
}
