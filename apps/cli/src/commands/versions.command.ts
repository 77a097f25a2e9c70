import { Command, Help, Option } from 'nest-commander';
import { TrainerCommand } from '../operate/base-commands.js';
import { versionTable } from '../status/serving.js';
import { parseWhole } from './options.js';

interface VersionsOptions {
  readonly trainer?: string;
  readonly limit?: number;
}

@Command({ name: 'versions', description: 'List the versions of the model: what they are worth, and which is served.' })
export class VersionsCommand extends TrainerCommand {
  override async run(_: string[], { trainer, limit = 0 }: VersionsOptions = {}): Promise<void> {
    const versions = await this.link.ask(trainer, (client) => client.versions(limit));
    this.link.output.result({ versions }, () =>
      versions.length === 0 ? 'There is no version yet.' : versionTable(versions, Date.now()),
    );
  }

  @Option({ flags: '--limit <n>', description: 'how many, the newest first (20)' })
  limit(text: string): number {
    return parseWhole(text);
  }

  @Help('after')
  examples(): string {
    return `
RECALL@100 is measured on listings held back from the version, INDEX is what its index finds of
what exact search finds. Role: viewer.

Examples:
  $ thaw versions
  $ thaw versions --limit 100 --output json | jq '.versions[] | select(.state == 3)'`;
  }
}
