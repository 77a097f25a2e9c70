import { prefixedTopic } from '@thaw/contracts';
import type { Kafka, RecordSink } from '@thaw/kafka';
import { z } from 'zod';
import type { Letter } from './letter.js';

const schema = z.object({
  /** `replaying`: about to be produced again; whether it was can be seen at `to`. */
  state: z.enum(['replaying', 'replayed', 'dropped']),
  /** Kafka time of the original record: a topic that was made anew gives the same places to other records. */
  letterTimestampMs: z.number(),
  commandId: z.string(),
  by: z.string(),
  reason: z.string(),
  atMs: z.number(),
  /** Where it was put; while replaying, the first place where it can be. */
  to: z.object({ partition: z.number(), offset: z.number() }).nullable(),
});

/** How a dead letter was dealt with: a record of the topic `dead-letter-marks`, the newest of each letter counts. */
export type Mark = z.infer<typeof schema>;

/** Without a source it is not known when its record was written: its own time then. */
export const timestampOf = ({ source, atMs }: Letter): number => source?.timestampMs ?? atMs;

/** The marks of all letters. What is none of ours is passed over. */
export class Marks {
  readonly #byId = new Map<string, Mark>();

  private constructor(
    private readonly topic: string,
    private readonly sink: RecordSink | undefined,
  ) {}

  /** @param sink without one they can only be read */
  static async read(kafka: Kafka, topicPrefix: string, sink?: RecordSink): Promise<Marks> {
    const marks = new Marks(prefixedTopic(topicPrefix, 'dead-letter-marks'), sink);
    await kafka.readAll([marks.topic], ({ records }) => {
      for (const { key, value } of records) {
        const mark = parse(value);
        if (key !== null && mark !== undefined) marks.#byId.set(key.toString(), mark);
      }
      return Promise.resolve();
    });
    return marks;
  }

  of(letter: Letter): Mark | undefined {
    const mark = this.#byId.get(letter.id);
    return mark?.letterTimestampMs === timestampOf(letter) ? mark : undefined;
  }

  /** Whether nothing has been done about it, or not to the end. */
  isOpen(letter: Letter): boolean {
    const state = this.of(letter)?.state;
    return state === undefined || state === 'replaying';
  }

  async set(letter: Letter, mark: Omit<Mark, 'letterTimestampMs'>): Promise<void> {
    const whole = { ...mark, letterTimestampMs: timestampOf(letter) };
    const record = { partition: 0, key: Buffer.from(letter.id), value: Buffer.from(JSON.stringify(whole)) };
    if (this.sink === undefined) throw new TypeError('these marks can only be read');
    await this.sink.send(this.topic, [record]);
    this.#byId.set(letter.id, whole);
  }
}

function parse(value: Buffer | null): Mark | undefined {
  try {
    return value === null ? undefined : schema.parse(JSON.parse(value.toString()));
  } catch {
    return undefined;
  }
}
