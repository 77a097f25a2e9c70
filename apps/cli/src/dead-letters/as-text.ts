import type { RecordHeaders } from '@thaw/kafka';
import { count, duration, table } from '../terminal/format.js';
import type { Letter } from './letter.js';
import { type Mark, timestampOf } from './marks.js';
import { markAsText } from './replay.js';
import type { ListedLetter, Survey } from './survey.js';

const MESSAGE_CHARS = 90;

const age = (nowMs: number, atMs: number | null): string =>
  atMs === null ? '-' : `${duration(Math.max(0, nowMs - atMs))} ago`;

/** Counts by topic, and the letters that were asked for. */
export function surveyAsText({ topics, letters, leftOut }: Survey, nowMs: number): string {
  const rows = topics.map((survey) => [
    survey.topic,
    count(survey.open),
    count(survey.replayed),
    count(survey.dropped),
    age(nowMs, survey.oldestMs),
    age(nowMs, survey.newestMs),
    Object.entries(survey.codes)
      .map(([code, size]) => `${code} ${count(size)}`)
      .join(', '),
  ]);
  return [
    table([['TOPIC', 'OPEN', 'REPLAYED', 'DROPPED', 'OLDEST OPEN', 'NEWEST', 'WHY'], ...rows], [1, 2, 3]),
    ...(letters.length === 0 ? [] : ['', lettersTable(letters, nowMs)]),
    ...(leftOut === 0 ? [] : ['', `${count(leftOut)} older records of these topics were not looked at.`]),
  ].join('\n');
}

function lettersTable(letters: readonly ListedLetter[], nowMs: number): string {
  const rows = letters.map(({ letter, mark }) => [
    letter.id,
    age(nowMs, letter.atMs),
    mark?.state ?? 'open',
    letter.code,
    firstLine(letter.message),
  ]);
  return table([['LETTER', 'SINCE', 'STATE', 'WHY', ''], ...rows]);
}

const firstLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= MESSAGE_CHARS ? line : `${line.slice(0, MESSAGE_CHARS - 1)}…`;
};

/** Bytes as people can read them: text where it is UTF-8 without control characters, otherwise hexadecimal. */
export function bytesAsText(
  bytes: Buffer | null,
  most: number,
): { readonly as: 'none' | 'text' | 'hex'; readonly text: string } {
  if (bytes === null) return { as: 'none', text: '' };
  const shown = bytes.subarray(0, most);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(shown, { stream: true });
    // eslint-disable-next-line no-control-regex -- these are what a terminal must not be sent
    if (!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text)) return { as: 'text', text };
  } catch {
    // not text: shown in hexadecimal
  }
  return { as: 'hex', text: shown.toString('hex').replaceAll(/(.{2})(?=.)/g, '$1 ') };
}

/** Headers as text, for people and JSON. */
export const headersAsText = (headers: RecordHeaders, most: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const values = Array.isArray(value) ? (value as readonly Buffer[]) : [value as Buffer];
      return [name, values.map((each) => bytesAsText(each, most).text).join(', ')];
    }),
  );

/** One letter, whole. @param most bytes of the value that are shown */
export function letterAsText(letter: Letter, mark: Mark | undefined, most: number): string {
  const { id, place, code, message, key, value, headers, truncatedFrom, atMs } = letter;
  const shownKey = bytesAsText(key, most);
  const shown = bytesAsText(value, most);
  const size = truncatedFrom ?? value?.length ?? 0;
  const isWhole = (value?.length ?? 0) <= most && truncatedFrom === undefined;
  const facts = [
    ['record', `${id}, written ${new Date(timestampOf(letter)).toISOString()}`],
    ['letter', `${place.topic}/${place.partition}, offset ${place.offset}, written ${new Date(atMs).toISOString()}`],
    ['state', mark === undefined ? 'open' : markAsText(mark)],
    ['why', code],
    ['', message],
    ['key', shownKey.as === 'none' ? '(none)' : shownKey.text],
    ...Object.entries(headersAsText(headers, most)).map(([name, text]) => ['header', `${name}: ${text}`]),
  ];
  const about = `value (${count(size)} bytes${shown.as === 'hex' ? ', in hexadecimal' : ''}${isWhole ? '' : ', the first of them'})`;
  return [table(facts), '', `${about}:`, shown.as === 'none' ? '(none)' : shown.text].join('\n');
}
