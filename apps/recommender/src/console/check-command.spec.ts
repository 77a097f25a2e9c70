import { describe, expect, test } from '@jest/globals';
import { checkCommand, type Headers } from './check-command.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function verdict(headers: Headers, localOnly = true): string {
  try {
    checkCommand({ host: '127.0.0.1:9466', ...JSON_TYPE, ...headers }, localOnly);
    return 'taken';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

describe('a command is taken', () => {
  test.each<[string, Headers]>([
    ['from the page itself', { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:9466' }],
    ['from a browser that says no more than its origin', { origin: 'http://127.0.0.1:9466' }],
    ['from a program', {}],
    ['at another name of this machine', { host: 'localhost:9466' }],
    ['at its IPv6 address', { host: '[::1]:9466' }],
  ])('%s', (_, headers) => expect(verdict(headers)).toBe('taken'));

  test('through a proxy that names another host to us, where tokens are asked for', () => {
    const headers = { 'sec-fetch-site': 'same-origin', origin: 'https://thaw.example', host: 'recommender:9466' };
    expect([verdict(headers, false), verdict(headers)]).toEqual(['taken', 'CONSOLE_ORIGIN']);
  });
});

describe('a command is refused', () => {
  test.each<[string, Headers]>([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:8080' }],
    ['from another origin', { origin: 'http://evil.example' }],
    ['from no origin that can be named', { origin: 'null' }],
    ['from a name that was made to point here', { host: 'evil.example:9466', origin: 'http://evil.example:9466' }],
    ['from such a name that calls itself the same origin', { host: 'evil.example', 'sec-fetch-site': 'same-origin' }],
    ['without a host', { host: undefined }],
  ])('%s', (_, headers) => expect(verdict(headers)).toBe('CONSOLE_ORIGIN'));

  test.each([undefined, '', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'as %p, which a page may send anywhere',
    (type) => expect(verdict({ 'content-type': type })).toBe('REQUEST_INVALID'),
  );
});
