import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.js';

const parse = (text: string): unknown => parseStrictJson(Buffer.from(text), 'the file');
const refused = (reason: RegExp): unknown =>
  expect.objectContaining({ code: 'BUNDLE_INVALID', message: expect.stringMatching(reason) });

/** Whether any object has a key `__proto__`, or there are more than 32 levels. */
function isStrange(value: unknown, depth = 1): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > 32 || Object.entries(value).some(([key, each]) => key === '__proto__' || isStrange(each, depth + 1));
}

test('gives what JSON.parse gives, whatever the layout', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
      fc.pre(!isStrange(value));
      const text = JSON.stringify(value, undefined, indent);
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('refuses a key that any object has twice, however it is written', () => {
  const key = fc.string({ unit: 'binary', maxLength: 5 }).filter((each) => each !== '__proto__');
  const escaped = (text: string): string =>
    `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
  fc.assert(
    fc.property(key, fc.array(key, { maxLength: 3 }), fc.nat(5), (twice, others, depth) => {
      const members = [...new Set(others)].filter((each) => each !== twice).map((each) => `${JSON.stringify(each)}:0`);
      const text = `{${[`${JSON.stringify(twice)} :{}`, ...members, `${escaped(twice)}\n:[]`].join()}}`;
      expect(() => parse(`${'[{"a":'.repeat(depth)}${text}${'}]'.repeat(depth)}`)).toThrow(refused(/twice/));
    }),
  );
});

test('takes the same key in different objects, and as a value', () => {
  expect(parse('[{"a":"a","b":{"a":"b"}},{"a":["a","a"]}]')).toEqual([{ a: 'a', b: { a: 'b' } }, { a: ['a', 'a'] }]);
});

test.each([
  ['{"__proto__":{"polluted":1}}', /which none may have/],
  ['{"a":{"\\u005f_proto__":1}}', /which none may have/],
  ['['.repeat(33) + ']'.repeat(33), /deeper than 32/],
  ['{"a":1', /not JSON/],
  ['{"a\\x":1}', /not JSON/],
  ['"', /not JSON/],
  ['', /not JSON/],
  ['\ufeff{}', /not JSON/],
  ['1 2', /not JSON/],
])('refuses %j', (text, reason) => {
  expect(() => parse(text)).toThrow(refused(reason));
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('refuses what is not UTF-8', () => {
  expect(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22), 'the file')).toThrow(refused(/not UTF-8/));
});
