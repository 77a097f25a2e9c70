import { describe, expect, test } from '@jest/globals';
import { partitionForKey } from '@thaw/kafka';
import { bytesAsText } from './as-text.js';
import { correctedRecord, originalRecord } from './correction.js';
import { readLetter, topicOfId } from './letter.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 31);
const checks = { nowMs: NOW, maxFutureSkewMs: HOUR, force: false };
const about = {
  'x-dlq-topic': 'shop.products',
  'x-dlq-partition': '2',
  'x-dlq-offset': '41',
  'x-dlq-timestamp': '1700000000000',
  'x-dlq-error-code': 'EVENT_UNDECODABLE',
  'x-dlq-error-message': 'why',
};
const bytes = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
const letterOf = (value: string, headers: Record<string, string> = about) =>
  readLetter(
    'products',
    { topic: 'shop.products.dlq', partition: 0 },
    { offset: 7, timestampMs: 5, key: Buffer.from('p1'), value: Buffer.from(value), headers: bytes(headers) },
  );
const product = (fields: object): string =>
  JSON.stringify({ product_id: 'p1', title: 't', event_time_ms: NOW, ...fields });

describe('a letter', () => {
  test('is named by the place of its record, and keeps the headers that the record had', () => {
    const letter = letterOf('{', { ...about, 'content-type': 'application/json' });
    expect(letter).toMatchObject({
      id: 'products/2/41',
      code: 'EVENT_UNDECODABLE',
      message: 'why',
      truncatedFrom: undefined,
    });
    expect(letter.source).toEqual({ partition: 2, offset: 41, timestampMs: 1_700_000_000_000 });
    expect(Object.keys(letter.headers)).toEqual(['content-type']);
  });

  test.each([[{}], [{ ...about, 'x-dlq-offset': '-1' }], [{ ...about, 'x-dlq-partition': 'two' }]])(
    'that does not say whence it came goes by its own place: %p',
    (headers) =>
      expect(letterOf('{', headers as Record<string, string>)).toMatchObject({
        id: 'products.dlq/0/7',
        source: undefined,
      }),
  );

  test.each([
    ['products/2/41', 'products'],
    ['co-interactions.dlq/0/7', 'co-interactions'],
    ['products/2', undefined],
    ['sales/2/41', undefined],
    ['products/x/41', undefined],
  ])('%s is of %s', (id, topic) => expect(topicOfId(id)).toBe(topic));
});

describe('a replay', () => {
  test('has the bytes, key and partition of the record', () => {
    const letter = letterOf(product({}), { ...about, 'content-type': 'application/json' });
    const record = originalRecord(letter, letter.value, checks);
    expect(record).toEqual({ partition: 2, key: letter.key, value: letter.value, headers: letter.headers });
  });

  test('of what would be refused once more is refused, unless forced', () => {
    const broken = letterOf('{');
    expect(() => originalRecord(broken, broken.value, checks)).toThrow('still cannot be decoded');
    const early = letterOf(product({ event_time_ms: NOW + 2 * HOUR }));
    expect(() => originalRecord(early, early.value, checks)).toThrow('2026-01-31T01:00:00.000Z');
    expect(originalRecord(early, early.value, { ...checks, nowMs: NOW + HOUR })).toMatchObject({ partition: 2 });
    expect(originalRecord(broken, broken.value, { ...checks, force: true }).value).toEqual(broken.value);
  });

  test('that is corrected goes where its key belongs now', () => {
    const record = correctedRecord(letterOf('{'), Buffer.from(product({ product_id: 'p2' })), checks);
    expect(String(record.key)).toBe('p2');
    expect(record.partition).toBe(partitionForKey(Buffer.from('p2'), 4));
    expect(JSON.parse(String(record.value))).toMatchObject({ product_id: 'p2', status: 'active' });
    expect(() => correctedRecord(letterOf('{'), Buffer.from('{"title":1}'), checks)).toThrow('still cannot be decoded');
  });
});

test.each([
  ['{"a":"é"}', 'text', '{"a":"é"}'],
  ['\u001b[31mred', 'hex', '1b 5b 33 31 6d 72 65 64'],
  ['abcdef', 'text', 'abcd', 4],
  ['aé', 'text', 'a', 2], // a character that is cut is no reason for hexadecimal
])('%j is shown as %s', (value, as, text, most: number = 100) => {
  expect(bytesAsText(Buffer.from(value), most)).toEqual({ as, text });
});
