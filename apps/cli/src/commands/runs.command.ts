import { Command, Help, Option } from 'nest-commander';
import { TrainerCommand } from '../operate/base-commands.js';
import { pauseLine, runTable } from '../operate/run-table.js';
import { parseWhole } from './options.js';

interface RunsOptions {
  readonly trainer?: string;
  readonly limit?: number;
}

@Command({ name: 'runs', description: 'List runs: what they came to, and how far the one under way is.' })
export class RunsCommand extends TrainerCommand {
  override async run(_: string[], { trainer, limit = 0 }: RunsOptions = {}): Promise<void> {
    const [runs, status] = await this.link.ask(trainer, (client) => Promise.all([client.runs(limit), client.status()]));
    const { paused, pausedBy, pausedBecause, pausedAtMs } = status;
    const pause = paused ? { by: pausedBy, because: pausedBecause, atMs: pausedAtMs } : null;
    this.link.output.result({ runs, pause }, () => {
      const nowMs = Date.now();
      const lines = runs.length === 0 ? ['There has been no run yet.'] : [runTable(runs, nowMs)];
      return [...lines, ...pauseLine(status, nowMs)].join('\n');
    });
  }

  @Option({ flags: '--limit <n>', description: 'how many, the newest first (20)' })
  limit(text: string): number {
    return parseWhole(text);
  }

  @Help('after')
  examples(): string {
    return `
The last hundred are known, also those before a restart. Role: viewer.

Examples:
  $ thaw runs
  $ thaw runs --limit 1 --output json | jq '.runs[0].message'`;
  }
}
