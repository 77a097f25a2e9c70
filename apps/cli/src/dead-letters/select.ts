import { INPUT_TOPICS, type InputTopic, ThawError } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';
import { type Letter, owned, topicOfId } from './letter.js';
import type { Marks } from './marks.js';
import { readLetters } from './read-letters.js';

/** Letters that one command deals with, at most: their bytes are in memory. */
const MOST_LETTERS = 10_000;

/** Which letters a command is about: named ones, or all that are open of a topic, of a code, or of both. */
export interface Selection {
  readonly ids: readonly string[];
  readonly topic?: InputTopic | undefined;
  readonly code?: string | undefined;
}

/** A selection as the audit has it. */
export const askedFor = (
  ids: readonly string[],
  { topic, code }: Omit<Selection, 'ids'>,
): Readonly<Record<string, unknown>> => ({ letters: [...ids], topic: topic ?? null, code: code ?? null });

/** @throws ThawError REQUEST_INVALID where the selection makes no sense; LETTER_UNKNOWN */
export async function selectLetters(
  kafka: Kafka,
  topicPrefix: string,
  marks: Pick<Marks, 'isOpen'>,
  { ids, topic, code }: Selection,
): Promise<Letter[]> {
  const isByName = ids.length > 0;
  if (isByName === (topic !== undefined || code !== undefined)) {
    throw new ThawError(
      'REQUEST_INVALID',
      'Name dead letters as `thaw dead-letters list TOPIC` shows them, or choose all that are open by --topic or --code.',
    );
  }
  const wanted = new Set(ids);
  const topics = isByName ? new Set(ids.map(checkedTopic)) : new Set(topic === undefined ? INPUT_TOPICS : [topic]);
  const found = new Map<string, Letter>();
  await readLetters(kafka, topicPrefix, [...topics], (letter) => {
    const isWanted = isByName ? wanted.has(letter.id) : marks.isOpen(letter) && (code ?? letter.code) === letter.code;
    if (!isWanted) return;
    // Of a topic that was made anew, the newest record at a place.
    found.set(letter.id, owned(letter));
    if (found.size <= MOST_LETTERS) return;
    throw new ThawError(
      'REQUEST_INVALID',
      `More than ${MOST_LETTERS} letters are meant: choose fewer, by --topic and --code.`,
    );
  });
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw unknown(missing);
  return isByName ? [...wanted].map((id) => found.get(id)!) : [...found.values()];
}

function checkedTopic(id: string): InputTopic {
  const topic = topicOfId(id);
  if (topic === undefined) throw unknown(id);
  return topic;
}

function unknown(id: string): ThawError {
  return new ThawError(
    'LETTER_UNKNOWN',
    `There is no dead letter ${id.slice(0, 300)}. \`thaw dead-letters list TOPIC --all\` shows those that there are.`,
    { details: { letter: id } },
  );
}
