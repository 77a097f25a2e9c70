import { describe, expect, test } from '@jest/globals';
import { formatLogLine } from './format.js';
import { type LoggerOptions, createLogger } from './logger.js';
import { NestLogger } from './nest-logger.js';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'json', write: (line) => void lines.push(line), ...options });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('the logger', () => {
  test('writes one JSON object per record, with the component of its child', () => {
    const { logger, lines, last } = capture();
    logger.child({ component: 'engine' }).info({ partition: 3 }, 'caught up');
    logger.debug('below the level');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ level: 30, component: 'engine', partition: 3, msg: 'caught up' });
  });

  test('censors keys that name secrets, at three levels', () => {
    const { logger, lines } = capture();
    logger.info(
      { password: 'p1', kafka: { saslPassword: 'p2', sasl: { password: 'p3' } }, user: 'shop' },
      'connecting',
    );
    expect(lines[0]).not.toMatch(/p[123]/);
    expect(lines[0]).toContain('shop');
  });

  test.each(['json', 'text'] as const)('censors known secret values anywhere in a %s line', (format) => {
    const { logger, lines } = capture({ format, secrets: ['hun"ter2'] });
    logger.error({ err: new Error('login with hun"ter2 failed'), url: 'sasl://shop:hun"ter2@kafka' }, 'hun"ter2');
    expect(lines.join('')).not.toContain('ter2');
    expect(lines.join('')).toContain('***');
  });

  test('keeps message, stack and cause of an error', () => {
    const { logger, last } = capture();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(JSON.stringify(last()['err'])).toMatch(/outer.*inner/);
  });
});

describe('text for people', () => {
  test('has time, level, component, message, fields and the stack below', () => {
    const line = JSON.stringify({
      level: 40,
      time: 0,
      component: 'kafka',
      topic: 'a b',
      msg: 'slow',
      err: { stack: 'E\n  at x' },
    });
    expect(formatLogLine(line, false)).toBe('00:00:00.000 WARN  [kafka] slow topic="a b"\n    E\n      at x');
  });

  test('leaves what is no log line alone', () => {
    expect(formatLogLine('Killed', false)).toBe('Killed');
    expect(formatLogLine('{"a":1}', false)).toBe('{"a":1}');
  });
});

test("Nest's messages carry their class as the component", () => {
  const { logger, last } = capture();
  new NestLogger(logger).error('no such route', 'Error: stack', 'Router');
  expect(last()).toMatchObject({ level: 50, component: 'Router', msg: 'no such route', details: ['Error: stack'] });
});
