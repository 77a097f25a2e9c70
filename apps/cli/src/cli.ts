import { Inject, Injectable, Module } from '@nestjs/common';
import { type Command, CommanderError, Option } from 'commander';
import { CommandFactory, InjectCommander } from 'nest-commander';
import { ActivateCommand } from './commands/activate.command.js';
import { AuditCommand } from './commands/audit.command.js';
import { BackupCommand } from './commands/backup.command.js';
import { CancelCommand } from './commands/cancel.command.js';
import { CandidatesCommand } from './commands/candidates.command.js';
import { CompletionCommand } from './commands/completion.command.js';
import { ConfigCommand } from './commands/config.command.js';
import { DEAD_LETTER_COMMANDS, DeadLettersCommand } from './commands/dead-letters.command.js';
import { DoctorCommand } from './commands/doctor.command.js';
import { EvaluateCommand } from './commands/evaluate.command.js';
import { ExplainCommand } from './commands/explain.command.js';
import { ForgetCommand } from './commands/forget.command.js';
import { ImportCommand } from './commands/import.command.js';
import { PauseCommand } from './commands/pause.command.js';
import { ProduceCommand } from './commands/produce.command.js';
import { ProductCommand } from './commands/product.command.js';
import { PromoteCommand } from './commands/promote.command.js';
import { RecommendCommand } from './commands/recommend.command.js';
import { ReleaseCommand } from './commands/release.command.js';
import { RestoreCommand } from './commands/restore.command.js';
import { ResumeCommand } from './commands/resume.command.js';
import { RetrainCommand } from './commands/retrain.command.js';
import { RollbackCommand } from './commands/rollback.command.js';
import { RunsCommand } from './commands/runs.command.js';
import { SellerCommand } from './commands/seller.command.js';
import { SimulateCommand } from './commands/simulate.command.js';
import { StatusCommand } from './commands/status.command.js';
import { TakedownCommand } from './commands/takedown.command.js';
import { TopicsCommand } from './commands/topics.command.js';
import { UpCommand } from './commands/up.command.js';
import { VerifyCommand } from './commands/verify.command.js';
import { VersionsCommand } from './commands/versions.command.js';
import { WatchCommand } from './commands/watch.command.js';
import { EXIT, EXIT_CODES_HELP, exitCodeOf } from './exit-codes.js';
import { Serving } from './operate/serving.js';
import { TrainerLink } from './operate/trainer-link.js';
import { ConfigSource } from './session/config-source.js';
import { Output } from './terminal/output.js';

/** Holds commander's root command, for what nest-commander has no setting for. */
@Injectable()
class Root {
  constructor(
    @InjectCommander() readonly command: Command,
    @Inject(Output) readonly output: Output,
  ) {}
}

/** Every command of `thaw`, in the order in which `thaw --help` lists them. */
@Module({
  providers: [
    Root,
    Output,
    ConfigSource,
    TrainerLink,
    Serving,
    UpCommand,
    SimulateCommand,
    ImportCommand,
    ProduceCommand,
    RecommendCommand,
    ExplainCommand,
    CandidatesCommand,
    ProductCommand,
    SellerCommand,
    TakedownCommand,
    ForgetCommand,
    DeadLettersCommand,
    ...DEAD_LETTER_COMMANDS,
    StatusCommand,
    WatchCommand,
    VerifyCommand,
    BackupCommand,
    RestoreCommand,
    DoctorCommand,
    EvaluateCommand,
    VersionsCommand,
    RunsCommand,
    RetrainCommand,
    CancelCommand,
    PauseCommand,
    ResumeCommand,
    ActivateCommand,
    PromoteCommand,
    RollbackCommand,
    ReleaseCommand,
    AuditCommand,
    TopicsCommand,
    ConfigCommand,
    CompletionCommand,
  ],
})
class CliModule {}

interface CommonOptions {
  readonly output: 'text' | 'json';
  readonly verbose?: true;
}

/** What all commands have in common: options, suggestions, and errors that come back instead of ending the process. */
function prepare(root: Command, output: Output): void {
  root.name('thaw').description('Thaw keeps a recommender of little-known products fresh, one event at a time.');
  root.showSuggestionAfterError(true).exitOverride();
  root.addHelpText('after', `\n${EXIT_CODES_HELP}\n\nStart with: thaw up`);
  const all = root.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of all) {
    command.exitOverride().showSuggestionAfterError(true);
    command.showHelpAfterError(`Run thaw ${pathOf(command)} --help for what it takes.`);
    if (command.commands.length > 0) continue; // it would take the options of those below it
    const format = new Option('--output <format>', 'how the result is printed').choices(['text', 'json']);
    command.addOption(format.default('text'));
    command.option('--verbose', 'log more, and show where errors come from');
  }
  root.hook('preAction', (_, command) => {
    const { output: format, verbose = false } = command.opts<CommonOptions>();
    output.configure({ format, verbose });
  });
}

/** `dead-letters list`: the names from below the root. */
const pathOf = (command: Command): string =>
  [command.parent?.parent ? command.parent.name() : '', command.name()].join(' ').trim();

/** Runs one command line. @returns the exit code */
export async function runCli(argv: readonly string[]): Promise<number> {
  const app = await CommandFactory.createWithoutRunning(CliModule, { logger: false, abortOnError: false });
  const { command, output } = app.get(Root);
  try {
    prepare(command, output);
    await command.parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    output.error(error);
    return exitCodeOf(error);
  } finally {
    await app.close();
  }
}
