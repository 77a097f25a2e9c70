import { type AuditEntry, ThawError } from '@thaw/contracts';
import type { AuditedCommand, AuditLog } from '@thaw/platform';

/** Commands whose answer is still known. */
const MAX_COMMANDS = 10_000;
const MAX_ID_CHARS = 200;

interface Known {
  /** The command with what it asked for, so that an id cannot mean two things. */
  readonly what: string;
  readonly answer: Promise<unknown>;
}

/**
 * Makes commands safe to send again: one that has been done is not done twice, and answers as the first time. What was
 * commanded, and what came of it, is on the topic `audit`, from which the log is filled after a restart.
 */
export class CommandLog {
  private readonly known = new Map<string, Known>();

  constructor(private readonly audit: AuditLog) {}

  /** Takes an entry of the topic. What was refused or has failed was not done. */
  take({ commandId, command, request, answer, outcome }: AuditEntry): void {
    if (commandId === '' || outcome !== 'done') return;
    this.remember(commandId, { what: whatOf({ command, request }), answer: Promise.resolve(answer) });
  }

  /**
   * @param command its id is chosen by the caller; without one the command is done each time
   * @throws ThawError what the work throws; REQUEST_INVALID where the id is that of another command
   */
  async once<Answer>(command: AuditedCommand, work: () => Promise<Answer>): Promise<Answer> {
    const { commandId } = command;
    if (commandId === '') return await this.audit.around(command, work);
    if (commandId.length > MAX_ID_CHARS) {
      throw new ThawError('REQUEST_INVALID', `A command_id has at most ${MAX_ID_CHARS} characters: send a UUID.`);
    }
    const what = whatOf(command);
    const known = this.known.get(commandId);
    if (known === undefined) {
      const answer = this.audit.around(command, work);
      this.remember(commandId, { what, answer });
      // What failed has not been done: the same command may be tried again.
      answer.catch(() => this.known.delete(commandId));
      return await answer;
    }
    if (known.what === what) return (await known.answer) as Answer;
    throw new ThawError(
      'REQUEST_INVALID',
      `The command_id ${commandId} belongs to another command, ${known.what.slice(0, 200)}: choose a new one.`,
    );
  }

  private remember(commandId: string, known: Known): void {
    this.known.set(commandId, known);
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size > MAX_COMMANDS) this.known.delete(oldest);
  }
}

const whatOf = ({ command, request }: Pick<AuditEntry, 'command' | 'request'>): string =>
  `${command} ${JSON.stringify(request)}`;
