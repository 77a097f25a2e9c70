import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Inject } from '@nestjs/common';
import { LIMITS, type InputTopic, ThawError } from '@thaw/contracts';
import type { SinkRecord } from '@thaw/kafka';
import { Help, Option, CommandRunner, SubCommand } from 'nest-commander';
import { z } from 'zod';
import { correctedRecord, originalRecord, type ReplayChecks } from '../../dead-letters/correction.js';
import type { Letter } from '../../dead-letters/letter.js';
import { Marks } from '../../dead-letters/marks.js';
import { markAsText, replayLetter, wholeValue } from '../../dead-letters/replay.js';
import { askedFor, selectLetters } from '../../dead-letters/select.js';
import { earlierAnswer } from '../../operator/earlier-command.js';
import { newCommandId, openOperatorSession, type OperatorSession } from '../../operator/operator-session.js';
import { ConfigSource } from '../../session/config-source.js';
import { confirm } from '../../terminal/confirm.js';
import { count, table } from '../../terminal/format.js';
import { Output } from '../../terminal/output.js';
import { COMMAND_ID_HELP, parseInputTopic } from '../options.js';
import { quietLogger } from '../quiet-logger.js';

interface ReplayOptions {
  readonly topic?: InputTopic;
  readonly code?: string;
  readonly with?: string;
  readonly force?: boolean;
  readonly again?: boolean;
  readonly reason?: string;
  readonly commandId?: string;
  readonly yes?: boolean;
}

interface Prepared {
  readonly letter: Letter;
  readonly record: SinkRecord;
}

const place = z.object({ topic: z.string(), partition: z.number(), offset: z.number() });
const answer = z.object({
  replayed: z.array(z.object({ letter: z.string(), to: place })),
  skipped: z.array(z.object({ letter: z.string(), why: z.string() })),
});
type Answer = z.infer<typeof answer>;
type Skipped = Answer['skipped'][number];

const COMMAND = 'ReplayDeadLetters';

@SubCommand({
  name: 'replay',
  arguments: '[letters...]',
  argsDescription: { letters: 'such as interactions/3/8812, as the list names them' },
  description: 'Put records back onto their topics, as they were or corrected.',
})
export class DeadLettersReplayCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run(ids: string[], options: ReplayOptions = {}): Promise<void> {
    const { topic, code, with: file, reason = '', yes = false } = options;
    if (file !== undefined && ids.length !== 1) {
      throw new ThawError('REQUEST_INVALID', '--with FILE corrects one record: name the one letter that it is for.');
    }
    const corrected = file === undefined ? undefined : await readCorrection(file);
    const loaded = this.source.load();
    const checks: ReplayChecks = {
      nowMs: Date.now(),
      maxFutureSkewMs: loaded.config.graph.maxFutureSkewMs,
      force: options.force === true,
    };
    const session = await openOperatorSession(loaded.config, quietLogger(loaded, this.output), {
      role: 'operator',
      what: 'thaw dead-letters replay',
    });
    try {
      const { kafka, sink, topicPrefix, who, audit } = session;
      const commandId = options.commandId ?? newCommandId();
      const hash = corrected && createHash('sha256').update(corrected).digest('hex');
      const asked = { ...askedFor(ids, { topic, code }), correctedSha256: hash ?? null, force: checks.force };
      const earlier = options.commandId && (await earlierAnswer(session, { commandId, command: COMMAND, asked }));
      if (earlier) {
        this.print(commandId, answer.parse(earlier));
        return;
      }
      const marks = await Marks.read(kafka, topicPrefix, sink);
      const letters = await selectLetters(kafka, topicPrefix, marks, { ids, topic, code });
      const { prepared, skipped } = await prepare(session, marks, letters, { checks, corrected, again: options.again });
      if (prepared.length > 0) {
        await confirm(`This puts ${count(prepared.length)} records back onto their topics`, yes);
      }
      const command = { commandId, command: COMMAND, who, reason, request: asked };
      const done = await audit.around(command, async (): Promise<Answer> => {
        const replayed: Answer['replayed'] = [];
        for (const { letter, record } of prepared) {
          const by = { commandId, reason, nowMs: checks.nowMs };
          replayed.push({ letter: letter.id, to: await replayLetter(session, marks, letter, record, by) });
        }
        return { replayed, skipped };
      });
      this.print(commandId, done);
    } finally {
      await session.close();
    }
  }

  private print(commandId: string, done: Answer): void {
    this.output.result({ commandId, ...done }, () => asText(done));
  }

  @Option({ flags: '--topic <topic>', description: 'all open letters of this topic' })
  topic(text: string): InputTopic {
    return parseInputTopic(text);
  }

  @Option({ flags: '--code <code>', description: 'all open letters with this reason, such as EVENT_FUTURE_DATED' })
  code(text: string): string {
    return text;
  }

  @Option({ flags: '--with <file>', description: 'a corrected event in JSON, in place of the record' })
  with(file: string): string {
    return file;
  }

  @Option({ flags: '--force', description: 'replay also what would become a dead letter again' })
  force(): boolean {
    return true;
  }

  @Option({ flags: '--again', description: 'replay also what was replayed or dropped before' })
  again(): boolean {
    return true;
  }

  @Option({ flags: '--reason <text>', description: 'why, for the audit' })
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
A record is produced again with its bytes, key and headers, and the letter is marked as replayed.
It is checked first: what would be refused once more is not produced, unless you --force it.
Interrupted between the two, it is finished by the same command; should a record still come twice,
that changes nothing: the state is a function of the set of events.

Examples:
  $ thaw dead-letters replay interactions/3/8812 --with corrected.json
  $ thaw dead-letters replay --code EVENT_FUTURE_DATED --yes`;
  }
}

async function prepare(
  { kafka, topicPrefix }: OperatorSession,
  marks: Marks,
  letters: readonly Letter[],
  options: {
    readonly checks: ReplayChecks;
    readonly corrected: Buffer | undefined;
    readonly again?: boolean | undefined;
  },
): Promise<{ readonly prepared: Prepared[]; readonly skipped: Skipped[] }> {
  const { checks, corrected, again = false } = options;
  const prepared: Prepared[] = [];
  const skipped: Skipped[] = [];
  for (const letter of letters) {
    const mark = marks.of(letter);
    if (mark !== undefined && !marks.isOpen(letter) && !again) {
      skipped.push({ letter: letter.id, why: `it was ${markAsText(mark)}; --again replays it even so` });
      continue;
    }
    try {
      const whole = corrected === undefined ? await wholeValue(kafka, topicPrefix, letter) : letter;
      const record =
        corrected === undefined
          ? originalRecord(whole, whole.value, checks)
          : correctedRecord(letter, corrected, checks);
      prepared.push({ letter, record });
    } catch (error) {
      // Of many, the others go on; of one, the error is the answer.
      if (letters.length === 1 || !(error instanceof ThawError)) throw error;
      skipped.push({ letter: letter.id, why: error.message });
    }
  }
  return { prepared, skipped };
}

async function readCorrection(file: string): Promise<Buffer> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ThawError('REQUEST_INVALID', `${file} cannot be read: ${why}.`, { cause });
  });
  if (bytes.length <= LIMITS.recordBytes) return bytes;
  throw new ThawError('REQUEST_INVALID', `${file} has ${bytes.length} bytes; a record may have ${LIMITS.recordBytes}.`);
}

function asText({ replayed, skipped }: Answer): string {
  const rows = replayed.map(({ letter, to }) => [letter, `${to.topic}/${to.partition}`, String(to.offset)]);
  return [
    ...(rows.length === 0 ? ['Nothing was replayed.'] : [table([['REPLAYED', 'TO', 'OFFSET'], ...rows], [2])]),
    ...skipped.map(({ letter, why }) => `${letter} was left alone: ${why}`),
  ].join('\n');
}
