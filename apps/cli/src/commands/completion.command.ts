import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import type { Command as Program } from 'commander';
import { Command, CommandRunner, Help, InjectCommander } from 'nest-commander';
import { bashScript } from '../completion/bash.js';
import { commandTree } from '../completion/command-tree.js';
import { fishScript } from '../completion/fish.js';
import { zshScript } from '../completion/zsh.js';
import { Output } from '../terminal/output.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SCRIPTS;

@Command({
  name: 'completion',
  arguments: '<shell>',
  argsDescription: { shell: 'bash, zsh or fish' },
  description: 'Print what makes a shell complete commands and options.',
})
export class CompletionCommand extends CommandRunner {
  constructor(
    @InjectCommander() private readonly program: Program,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override run([shell = '']: string[]): Promise<void> {
    if (!isShell(shell)) {
      return Promise.reject(
        new ThawError(
          'REQUEST_INVALID',
          `There is no completion for ${shell}: name ${Object.keys(SCRIPTS).join(', ')}.`,
        ),
      );
    }
    const script = SCRIPTS[shell](commandTree(this.program));
    this.output.result({ shell, script }, () => script.trimEnd());
    return Promise.resolve();
  }

  @Help('after')
  examples(): string {
    return `
It completes the word thaw: where that is an alias, too.

Examples:
  $ source <(thaw completion bash)
  $ thaw completion zsh > "\${fpath[1]}/_thaw"
  $ thaw completion fish > ~/.config/fish/completions/thaw.fish`;
  }
}

const isShell = (text: string): text is Shell => Object.hasOwn(SCRIPTS, text);
