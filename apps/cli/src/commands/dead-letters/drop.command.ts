import { Inject } from '@nestjs/common';
import { type InputTopic, ThawError } from '@thaw/contracts';
import { Help, Option, CommandRunner, SubCommand } from 'nest-commander';
import { z } from 'zod';
import { Marks } from '../../dead-letters/marks.js';
import { dropLetter } from '../../dead-letters/replay.js';
import { askedFor, selectLetters } from '../../dead-letters/select.js';
import { earlierAnswer } from '../../operator/earlier-command.js';
import { newCommandId, openOperatorSession } from '../../operator/operator-session.js';
import { ConfigSource } from '../../session/config-source.js';
import { confirm } from '../../terminal/confirm.js';
import { count } from '../../terminal/format.js';
import { Output } from '../../terminal/output.js';
import { COMMAND_ID_HELP, parseInputTopic } from '../options.js';
import { quietLogger } from '../quiet-logger.js';

interface DropOptions {
  readonly topic?: InputTopic;
  readonly code?: string;
  readonly reason?: string;
  readonly commandId?: string;
  readonly yes?: boolean;
}

const COMMAND = 'DropDeadLetters';

const answer = z.object({
  /** Letters, by id. */
  dropped: z.array(z.string()),
  /** Letters that had been dealt with before. */
  before: z.number(),
});

@SubCommand({
  name: 'drop',
  arguments: '[letters...]',
  argsDescription: { letters: 'such as interactions/3/8812, as the list names them' },
  description: 'Mark dead letters as dealt with, without replaying them.',
})
export class DeadLettersDropCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(ids: string[], options: DropOptions = {}): Promise<void> {
    const { topic, code, reason = '', yes = false } = options;
    if (reason === '')
      throw new ThawError('REQUEST_INVALID', 'Say why with --reason: whoever looks later wants to know.');
    const loaded = this.source.load();
    const session = await openOperatorSession(loaded.config, quietLogger(loaded, this.output), {
      role: 'operator',
      what: 'thaw dead-letters drop',
    });
    try {
      const { kafka, sink, topicPrefix, who, audit } = session;
      const commandId = options.commandId ?? newCommandId();
      const asked = askedFor(ids, { topic, code });
      const earlier = options.commandId && (await earlierAnswer(session, { commandId, command: COMMAND, asked }));
      if (earlier) {
        this.print({ commandId, ...answer.parse(earlier) });
        return;
      }
      const marks = await Marks.read(kafka, topicPrefix, sink);
      const letters = await selectLetters(kafka, topicPrefix, marks, { ids, topic, code });
      const open = letters.filter((letter) => marks.isOpen(letter));
      if (open.length > 0) await confirm(`This drops ${count(open.length)} dead letters: ${reason}`, yes);
      const command = { commandId, command: COMMAND, who, reason, request: asked };
      const done = await audit.around(command, async (): Promise<z.infer<typeof answer>> => {
        for (const letter of open) await dropLetter(session, marks, letter, { commandId, reason, nowMs: Date.now() });
        return { dropped: open.map(({ id }) => id), before: letters.length - open.length };
      });
      this.print({ commandId, ...done });
    } finally {
      await session.close();
    }
  }

  private print(result: z.infer<typeof answer> & { readonly commandId: string }): void {
    this.output.result(result, () => `${count(result.dropped.length)} dead letters dropped. --all lists them still.`);
  }

  @Option({ flags: '--topic <topic>', description: 'all open letters of this topic' })
  topic(text: string): InputTopic {
    return parseInputTopic(text);
  }

  @Option({ flags: '--code <code>', description: 'all open letters with this reason, such as EVENT_UNDECODABLE' })
  code(text: string): string {
    return text;
  }

  @Option({ flags: '--reason <text>', description: 'why: kept with each letter and in the audit' })
  reason(text: string): string {
    return text;
  }

  @Option({ flags: '--command-id <id>', description: COMMAND_ID_HELP })
  commandId(text: string): string {
    return text;
  }

  @Option({ flags: '--yes', description: 'do it without asking' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Kafka deletes no single record: the bytes stay on the dead-letter topic until its retention ends
them, and \`thaw dead-letters list --all\` goes on to show them, with the reason.

Examples:
  $ thaw dead-letters drop interactions/3/8812 --reason 'a test of the producer'
  $ thaw dead-letters drop --topic listings --reason 'sent by a bug, sent again since' --yes`;
  }
}
