import { INPUT_TOPICS, type InputTopic } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';
import { type Letter, owned } from './letter.js';
import { type Mark, Marks } from './marks.js';
import { readLetters } from './read-letters.js';

/** The letters of one topic in numbers. */
export interface TopicSurvey {
  readonly topic: InputTopic;
  open: number;
  replayed: number;
  dropped: number;
  /** Of those that are open. */
  readonly codes: Record<string, number>;
  /** When the oldest and the newest of those became letters, Unix epoch milliseconds. */
  oldestMs: number | null;
  newestMs: number | null;
}

export interface ListedLetter {
  readonly letter: Letter;
  readonly mark: Mark | undefined;
}

export interface Survey {
  readonly topics: readonly TopicSurvey[];
  /** The newest that were asked for, the newest first. */
  readonly letters: readonly ListedLetter[];
  readonly leftOut: number;
}

export interface SurveyQuestion {
  /** Default: all. */
  readonly topic?: InputTopic;
  /** Letters that are listed one by one, at most. */
  readonly limit: number;
  /** Whether those are listed too that were dealt with. */
  readonly all: boolean;
}

/** Counts the dead letters, and picks the newest. */
export async function surveyLetters(kafka: Kafka, topicPrefix: string, question: SurveyQuestion): Promise<Survey> {
  const { topic, limit, all } = question;
  const marks = await Marks.read(kafka, topicPrefix);
  const topics = topic === undefined ? INPUT_TOPICS : [topic];
  const surveys = new Map(topics.map((each) => [each, emptySurvey(each)]));
  let newest: ListedLetter[] = [];
  const { leftOut } = await readLetters(kafka, topicPrefix, topics, (letter) => {
    const mark = marks.of(letter);
    const isOpen = marks.isOpen(letter);
    note(surveys.get(letter.topic)!, letter, isOpen ? 'open' : mark?.state === 'dropped' ? 'dropped' : 'replayed');
    if (limit === 0 || !(isOpen || all)) return;
    newest.push({ letter: owned(letter), mark });
    if (newest.length >= 2 * limit) newest = sorted(newest).slice(0, limit);
  });
  return { topics: [...surveys.values()], letters: sorted(newest).slice(0, limit), leftOut };
}

const sorted = (letters: ListedLetter[]): ListedLetter[] =>
  letters.sort((a, b) => b.letter.atMs - a.letter.atMs || b.letter.place.offset - a.letter.place.offset);

const emptySurvey = (topic: InputTopic): TopicSurvey => ({
  topic,
  open: 0,
  replayed: 0,
  dropped: 0,
  codes: {},
  oldestMs: null,
  newestMs: null,
});

function note(survey: TopicSurvey, { code, atMs }: Letter, state: 'open' | 'replayed' | 'dropped'): void {
  survey[state] += 1;
  if (state !== 'open') return;
  survey.codes[code] = (survey.codes[code] ?? 0) + 1;
  survey.oldestMs = Math.min(survey.oldestMs ?? Infinity, atMs);
  survey.newestMs = Math.max(survey.newestMs ?? -Infinity, atMs);
}
