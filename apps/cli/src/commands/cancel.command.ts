import { operator, ThawError } from '@thaw/contracts';
import { Command, Help, Option } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { ChangingCommand } from '../operate/base-commands.js';
import type { ChangingOptions } from '../operate/options.js';
import { kindName, progressWords, shortId, stateName } from '../operate/run-table.js';
import { confirm } from '../terminal/confirm.js';

interface CancelOptions extends ChangingOptions {
  readonly yes?: boolean;
}

const { RunState } = operator;
/** All that are known. */
const RUNS = 1000;

@Command({
  name: 'cancel',
  arguments: '[run]',
  argsDescription: { run: 'the run, or the first characters of its id; without it, the one under way' },
  description: 'End a run, or one that waits.',
})
export class CancelCommand extends ChangingCommand {
  override async run([prefix]: string[], options: CancelOptions = {}): Promise<void> {
    const run = findRun(await this.link.ask(options.trainer, (client) => client.runs(RUNS)), prefix);
    const { runId, kind, requestedBy } = run;
    const how = run.state === RunState.RUNNING ? progressWords(run) : stateName(run.state);
    const by = requestedBy === '' ? '' : `, asked for by ${requestedBy}`;
    await confirm(`This ends the ${kindName(kind)} run ${shortId(runId)} (${how}${by})`, options.yes === true);
    await this.link.command(options, async (client, command) => {
      const state = await client.cancel(runId, command);
      this.link.output.result({ commandId: command.commandId, runId, state: stateName(state) }, () =>
        state === RunState.CANCELLED
          ? `The run ${shortId(runId)} is cancelled.`
          : `The run ${shortId(runId)} is ${stateName(state)}: \`thaw runs\` says more.`,
      );
      if (state !== RunState.CANCELLED) process.exitCode = EXIT.failure;
    });
  }

  @Option({ flags: '--yes', description: 'do not ask' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
What it has made so far is thrown away, and what is served stays. Exits with 1 when the run ended
otherwise before. Role: operator.

Examples:
  $ thaw cancel
  $ thaw cancel 1f0c2a9b --reason "wrong settings" --yes`;
  }
}

/** @throws ThawError RUN_UNKNOWN */
function findRun(runs: readonly operator.Run[], prefix: string | undefined): operator.Run {
  const isOpen = ({ state }: operator.Run): boolean => state === RunState.RUNNING || state === RunState.QUEUED;
  if (prefix === undefined) {
    const current = runs.findLast(isOpen);
    if (current !== undefined) return current;
    throw new ThawError('RUN_UNKNOWN', 'No run is under way.');
  }
  const [run, other] = runs.filter(({ runId }) => runId.startsWith(prefix));
  if (run === undefined) {
    throw new ThawError('RUN_UNKNOWN', `There is no run ${prefix}. \`thaw runs\` lists those that are known.`);
  }
  if (other === undefined) return run;
  throw new ThawError('RUN_UNKNOWN', `Several runs begin with ${prefix}: give more of the id.`);
}
