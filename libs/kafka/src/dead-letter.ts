import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterTopic, ThawError } from '@thaw/contracts';
import type { DeadLetter, DeadLetterSink, LogFunction, PartitionRange, RecordSink, SinkRecord } from './port.js';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;
/** What is kept of the value of a record that its dead-letter topic refuses as too large. */
const TRUNCATED_VALUE_BYTES = 16 * 1024;
const MAX_MESSAGE_CHARACTERS = 1024;

interface Dependencies {
  readonly sink: RecordSink;
  readonly partitionsOf: (topic: string) => Promise<readonly PartitionRange[]>;
  readonly log: LogFunction;
}

/**
 * Writes letters to `<topic>.dlq` with the original key, value and headers, and says in `x-dlq-*` headers where the
 * record stood and why it could not be used. A record larger than the dead-letter topic takes is written without its
 * headers, cut to 16 KiB of its value and with `x-dlq-truncated` = original size in bytes: the rest can be read at its
 * original place for as long as the source topic keeps it.
 */
export class RetryingDeadLetterSink implements DeadLetterSink {
  private readonly partitionCounts = new Map<string, number>();
  private stalledCount = 0;

  constructor(private readonly dependencies: Dependencies) {}

  get stalled(): number {
    return this.stalledCount;
  }

  async send(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
    for (const letter of letters) await this.sendOne(letter, signal);
  }

  close(): Promise<void> {
    return this.dependencies.sink.close();
  }

  private async sendOne(letter: DeadLetter, signal: AbortSignal): Promise<void> {
    const topic = deadLetterTopic(letter.topic);
    let wholeRecord = true;
    let stalled = false;
    try {
      for (let attempt = 1, delayMs = FIRST_RETRY_MS; ; attempt++, delayMs = Math.min(delayMs * 2, MAX_RETRY_MS)) {
        signal.throwIfAborted();
        try {
          const partition = letter.partition % (await this.partitionCount(topic));
          await untilAborted(this.dependencies.sink.send(topic, [toRecord(letter, partition, wholeRecord)]), signal);
          return;
        } catch (error) {
          signal.throwIfAborted();
          const { code, message } = ThawError.from(error);
          if (code === 'KAFKA_RECORD_TOO_LARGE' && wholeRecord) {
            wholeRecord = false;
            continue;
          }
          if (!stalled) this.stalledCount++;
          stalled = true;
          this.partitionCounts.delete(topic);
          this.dependencies.log('error', `dead-letter topic "${topic}" does not take records: its reader waits`, {
            attempt,
            source: { topic: letter.topic, partition: letter.partition, offset: letter.record.offset },
            reason: message,
          });
          await sleep(delayMs, undefined, { signal });
        }
      }
    } finally {
      if (stalled) this.stalledCount--;
    }
  }

  private async partitionCount(topic: string): Promise<number> {
    const known = this.partitionCounts.get(topic);
    if (known !== undefined) return known;
    const count = (await this.dependencies.partitionsOf(topic)).length;
    this.partitionCounts.set(topic, count);
    return count;
  }
}

/** The letter as a record of the dead-letter topic. */
export function toRecord(letter: DeadLetter, partition: number, wholeRecord: boolean): SinkRecord {
  const { topic, record, reason } = letter;
  const about = {
    'x-dlq-topic': topic,
    'x-dlq-partition': String(letter.partition),
    'x-dlq-offset': String(record.offset),
    'x-dlq-timestamp': String(record.timestampMs),
    'x-dlq-error-code': reason.code,
    'x-dlq-error-message': reason.message.slice(0, MAX_MESSAGE_CHARACTERS),
    ...(!wholeRecord && { 'x-dlq-truncated': String(record.value?.length ?? 0) }),
  };
  const headers = Object.fromEntries(Object.entries(about).map(([name, value]) => [name, Buffer.from(value)]));
  if (wholeRecord)
    return { partition, key: record.key, value: record.value, headers: { ...record.headers, ...headers } };
  const cut = (bytes: Buffer | null): Buffer | null => bytes?.subarray(0, TRUNCATED_VALUE_BYTES) ?? null;
  return { partition, key: cut(record.key), value: cut(record.value), headers };
}

/** Settles as the promise does, or rejects as soon as the signal fires: a write that is under way may still happen. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
