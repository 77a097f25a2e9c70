import { operator, ThawError } from '@thaw/contracts';
import { Command, Help, Option } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { follow } from '../operate/follow-run.js';
import { ChangingCommand } from '../operate/base-commands.js';
import type { ChangingOptions } from '../operate/options.js';
import { kindName, shortId, stateName } from '../operate/run-table.js';
import { interruptible } from '../session/interrupt.js';

interface RetrainOptions extends ChangingOptions {
  readonly full?: boolean;
  readonly fineTune?: boolean;
  readonly wait?: boolean;
}

const { RunKind, RunState } = operator;

@Command({ name: 'retrain', description: 'Ask for a run: a new version of the model.' })
export class RetrainCommand extends ChangingCommand {
  override async run(_: string[], options: RetrainOptions = {}): Promise<void> {
    const kind = kindOf(options);
    const asked = await this.link.command(options, async (client, command) => ({
      commandId: command.commandId,
      runId: await client.startRun(kind, command),
    }));
    if (options.wait !== true) {
      this.link.output.result({ ...asked, kind: kindName(kind) }, () => askedText(asked.runId, kind));
      return;
    }
    await this.waitFor(kind, asked, options.trainer);
  }

  @Option({ flags: '--full', description: 'from scratch, settings chosen again' })
  full(): boolean {
    return true;
  }

  @Option({ flags: '--fine-tune', description: 'going on from the version that is served, with its settings' })
  fineTune(): boolean {
    return true;
  }

  @Option({ flags: '--wait', description: 'show how it goes, until it has ended' })
  wait(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Runs come by themselves when enough has changed; this asks for one more, which waits for the one
that is under way. What it makes is served if it passes the gate. With --wait, Ctrl-C ends the
waiting and not the run, and the command exits with 1 unless a version came of it. Role: operator.

Examples:
  $ thaw retrain --full --reason "new categories" --wait
  $ thaw retrain --fine-tune
  $ thaw retrain --full --wait --output json | jq -r .version`;
  }

  private async waitFor(
    kind: operator.RunKind,
    { commandId, runId }: { readonly commandId: string; readonly runId: string },
    trainer: string | undefined,
  ): Promise<void> {
    const { output } = this.link;
    const watching = await interruptible((signal) =>
      this.link.ask(trainer, (client) =>
        follow({ client, runId, kind, signal, isQuiet: output.isJson, note: (line) => output.note(line) }),
      ),
    );
    const { value: last, interruptedExitCode } = watching;
    if (interruptedExitCode !== undefined) {
      output.note(`The run goes on: \`thaw runs\` shows it, \`thaw cancel ${shortId(runId)}\` ends it.`);
      process.exitCode = interruptedExitCode;
      return;
    }
    const { state, version, message } = last;
    const result = { commandId, runId, kind: kindName(kind), state: stateName(state), version, message };
    output.result(result, () => endText(kind, last));
    if (state !== RunState.PUBLISHED) process.exitCode = EXIT.failure;
  }
}

/** @throws ThawError REQUEST_INVALID */
function kindOf({ full, fineTune }: RetrainOptions): operator.RunKind {
  if (full === true && fineTune !== true) return RunKind.FULL;
  if (fineTune === true && full !== true) return RunKind.FINE_TUNE;
  throw new ThawError('REQUEST_INVALID', 'Say --full or --fine-tune: one of them.');
}

const askedText = (runId: string, kind: operator.RunKind): string =>
  `The ${kindName(kind)} run ${shortId(runId)} is asked for: \`thaw runs\` shows how it goes.`;

function endText(kind: operator.RunKind, { state, version, message }: operator.WatchRunResponse): string {
  const what = version === '' ? '' : ` ${version}`;
  return `${kindName(kind)} ${stateName(state)}${what}${message === '' ? '' : `: ${message}`}`;
}
