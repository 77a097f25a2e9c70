import { CommandRunner, Command, Help } from 'nest-commander';
import { DeadLettersDropCommand } from './dead-letters/drop.command.js';
import { DeadLettersListCommand } from './dead-letters/list.command.js';
import { DeadLettersReplayCommand } from './dead-letters/replay.command.js';
import { DeadLettersShowCommand } from './dead-letters/show.command.js';

export const DEAD_LETTER_COMMANDS = [
  DeadLettersListCommand,
  DeadLettersShowCommand,
  DeadLettersReplayCommand,
  DeadLettersDropCommand,
];

@Command({
  name: 'dead-letters',
  description: 'Look at records that could not be used; replay them, or drop them.',
  subCommands: DEAD_LETTER_COMMANDS,
})
export class DeadLettersCommand extends CommandRunner {
  override run(): Promise<void> {
    this.command.help({ error: true });
  }

  @Help('after')
  examples(): string {
    return `
A record that apps/graph cannot use goes to <topic>.dlq, and its partition moves on. A letter is
named by the place of that record: interactions/3/8812 is offset 8812 of partition 3.

Examples:
  $ thaw dead-letters list
  $ thaw dead-letters list interactions
  $ thaw dead-letters show interactions/3/8812
  $ thaw dead-letters replay interactions/3/8812 --with corrected.json
  $ thaw dead-letters drop --topic interactions --code EVENT_UNDECODABLE --reason 'load test'`;
  }
}
