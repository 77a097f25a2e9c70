import type { Command } from 'commander';

export interface CompletedOption {
  /** `--limit`, and `-n` where there is one. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** The values that it takes; empty: any. */
  readonly choices: readonly string[];
}

/** A command as shells complete it. */
export interface CompletedCommand {
  /** The words that name it, without `thaw`: none for `thaw` itself. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Names of the commands below it. */
  readonly commands: readonly CompletedCommand[];
  /** Whether it takes arguments, which may be files. */
  readonly takesArguments: boolean;
}

/** What commander knows of a program. */
export function commandTree(command: Command, path: readonly string[] = []): CompletedCommand {
  const help = command.createHelp();
  // The command `help` that commander adds has no command behind it that takes anything but names.
  const below = help.visibleCommands(command).filter((each) => command.commands.includes(each));
  return {
    path,
    description: command.description(),
    options: help.visibleOptions(command).map(({ long, short, description, required, optional, argChoices }) => ({
      flags: [long, short].filter((flag) => typeof flag === 'string'),
      description,
      takesValue: required || optional,
      choices: argChoices ?? [],
    })),
    commands: below.map((each) => commandTree(each, [...path, each.name()])),
    takesArguments: command.registeredArguments.length > 0,
  };
}

/** The command and all below it. */
export function flatten(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(flatten)];
}

export const nameOf = ({ path }: CompletedCommand): string => path.at(-1) ?? '';

/** A path as the scripts hold it: each word with a space before it. */
export const keyOf = ({ path }: CompletedCommand): string => path.map((word) => ` ${word}`).join('');
