import type { AuditEntry, WriteAudit } from './audit.js';

/** Commands whose answer is still known. */
const MAX_COMMANDS = 10_000;

/**
 * Makes commands safe to send again: one that has been done is not done twice, and answers as the first time. What was
 * commanded, and what came of it, is on the topic `audit`, from which the log is filled after a restart.
 */
export class CommandLog {
  private readonly answers = new Map<string, Promise<unknown>>();

  constructor(private readonly write: WriteAudit) {}

  /** Takes an entry of the topic. */
  take({ commandId, answer }: AuditEntry): void {
    this.remember(commandId, Promise.resolve(answer));
  }

  /** @param commandId chosen by the caller; without one the command is done each time. */
  async once<Answer>(entry: Omit<AuditEntry, 'answer' | 'atMs'>, work: () => Promise<Answer>): Promise<Answer> {
    const { commandId } = entry;
    const known = commandId === '' ? undefined : this.answers.get(commandId);
    if (known !== undefined) return (await known) as Answer;
    const doing = work().then(async (answer) => {
      await this.write({ ...entry, answer, atMs: Date.now() });
      return answer;
    });
    if (commandId !== '') {
      this.remember(commandId, doing);
      // What failed has not been done: the same command may be tried again.
      doing.catch(() => this.answers.delete(commandId));
    }
    return await doing;
  }

  private remember(commandId: string, answer: Promise<unknown>): void {
    this.answers.set(commandId, answer);
    const [oldest] = this.answers.keys();
    if (oldest !== undefined && this.answers.size > MAX_COMMANDS) this.answers.delete(oldest);
  }
}
