import { AUDIT_PARTITION, type AuditEntry, encodeAudit, prefixedTopic, type Caller, ThawError } from '@thaw/contracts';

/** What of a Kafka sink is used; resolves when the records are there. */
export interface AuditSink {
  send(
    topic: string,
    records: readonly { readonly partition: number; readonly key: Buffer; readonly value: Buffer }[],
  ): Promise<void>;
}

/** A command that is to be audited. */
export interface AuditedCommand extends Pick<AuditEntry, 'commandId' | 'command' | 'reason' | 'request'> {
  readonly who: Caller;
  /** How the thing stands that the command is about, as plain JSON: asked before and after. Default: nothing to tell. */
  readonly state?: () => unknown;
}

const MAX_REASON_CHARS = 1000;
const MAX_MESSAGE_CHARS = 2000;
/** Requests and answers are small: what is larger is left out rather than kept for ever. */
const MAX_PART_CHARS = 64 * 1024;
/** What the caller can mend, or may not do: nothing was changed. Other errors are failures. */
const REFUSALS: ReadonlySet<number> = new Set([3, 5, 7, 8, 9, 16]);

/** Writes to the topic `audit`, which nothing is ever taken from, what was commanded and what came of it. */
export class AuditLog {
  private readonly topic: string;

  /**
   * @param topicPrefix the setting `topicPrefix`
   * @param onLost told of an entry about a command that failed, when Kafka does not take it
   */
  constructor(
    private readonly sink: AuditSink,
    topicPrefix: string,
    private readonly onLost: (entry: AuditEntry, reason: unknown) => void,
  ) {
    this.topic = prefixedTopic(topicPrefix, 'audit');
  }

  /**
   * Does the work and writes how it ended; work that throws is written too, and its error comes back.
   *
   * @throws ThawError of Kafka, where what was done could not be written: the caller must not take it as done
   */
  async around<Answer>(command: AuditedCommand, work: () => Promise<Answer>): Promise<Answer> {
    const { state = () => null } = command;
    const before = small(state());
    let answer: Answer;
    try {
      answer = await work();
    } catch (thrown) {
      await this.refuse(command, thrown, { before, after: small(state()) });
      throw thrown;
    }
    await this.write({ ...entryOf(command), before, after: small(state()), answer: small(answer), outcome: 'done' });
    return answer;
  }

  /** Writes of a command that it was refused, or has failed. Never throws: the reason is what the caller must hear. */
  async refuse(
    command: AuditedCommand,
    thrown: unknown,
    { before, after }: Pick<AuditEntry, 'before' | 'after'> = { before: null, after: null },
  ): Promise<void> {
    const { code, message, grpcStatus } = ThawError.from(thrown);
    const entry: AuditEntry = {
      ...entryOf(command),
      before,
      after,
      outcome: REFUSALS.has(grpcStatus) ? 'refused' : 'failed',
      error: { code, message: message.slice(0, MAX_MESSAGE_CHARS) },
    };
    await this.write(entry).catch((reason: unknown) => this.onLost(entry, reason));
  }

  private async write(entry: AuditEntry): Promise<void> {
    const key = Buffer.from(entry.commandId);
    await this.sink.send(this.topic, [{ partition: AUDIT_PARTITION, key, value: encodeAudit(entry) }]);
  }
}

const entryOf = ({ commandId, command, who, reason, request }: AuditedCommand): AuditEntry => ({
  commandId,
  command,
  who: { name: who.name, role: who.role },
  reason: reason.slice(0, MAX_REASON_CHARS),
  request: small(request),
  before: null,
  after: null,
  answer: null,
  outcome: 'done',
  error: null,
  atMs: Date.now(),
});

function small(part: unknown): unknown {
  const { length } = JSON.stringify(part ?? null);
  return length <= MAX_PART_CHARS ? part : { leftOut: `${length} characters` };
}
