import { describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import fc from 'fast-check';
import { loadConfig } from './config.js';
import type { Environment } from './resolve.js';
import { editDistance, nearestName } from './nearest.js';

const files: Readonly<Record<string, string>> = { '/run/secrets/kafka': 'hunter2\n' };
const readText = (path: string): string => {
  const text = files[path];
  if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
  return text;
};
const load = (environment: Environment) => loadConfig(environment, { cwd: '/srv/shop', readText });

function problemsOf(environment: Environment): readonly string[] {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ThawError && error.code === 'CONFIG_INVALID') return error.details['problems'] as string[];
    throw error;
  }
  return [];
}

describe('configuration', () => {
  test('has a default for everything that is needed', () => {
    const { config, report } = load({});
    expect(config.kafka.brokers).toBeUndefined();
    expect(config.paths.dataDir).toBe('/srv/shop/.thaw');
    expect(config.paths.bundleDir).toBe('/srv/shop/.thaw/bundles');
    expect(config.paths.cacheDir).toMatch(/^\/.*\/thaw$/);
    expect(config.graph).toMatchObject({ historyLimit: 200, maxFutureSkewMs: 86_400_000, sketchBytes: 2 ** 24 });
    expect(report.every(({ source }) => source === 'default')).toBe(true);
    expect(report.filter(({ description }) => description === '')).toEqual([]);
    expect(report).toContainEqual(expect.objectContaining({ name: 'THAW_DATA_DIR', value: '/srv/shop/.thaw' }));
  });

  test('reads lists, durations and sizes with and without units', () => {
    const { config } = load({
      KAFKA_BROKERS: 'a:9092, b:9093',
      THAW_MICRO_BATCH_MAX_DELAY_MS: '1.5s',
      THAW_SKETCH_BYTES: '65536',
      THAW_MAX_FUTURE_SKEW_MS: '250',
    });
    expect(config.kafka.brokers).toEqual(['a:9092', 'b:9093']);
    expect(config.graph).toMatchObject({ microBatchMaxDelayMs: 1500, sketchBytes: 65_536, maxFutureSkewMs: 250 });
  });

  test('lists every bad and every unknown setting at once', () => {
    const problems = problemsOf({
      THAW_HISTORY_LIMIT: 'many',
      THAW_GRAPH_HTTP_PORT: '70000',
      THAW_LOG_LEVEL: 'loud',
      THAW_HISTROY_LIMIT: '3',
      KAFKA_BROKER: 'a:9092',
      KAFKA_BROKERS: 'a',
      THAW_SKETCH_BYTES: '12 parsecs',
      KAFKA_SASL_PASSWORD_FILE: '/nowhere',
    });
    expect(problems).toHaveLength(8);
    expect(problems).toContainEqual('THAW_HISTORY_LIMIT ("many") must be a whole number');
    expect(problems).toContainEqual('THAW_GRAPH_HTTP_PORT ("70000") must be at most 65535');
    expect(problems).toContainEqual('THAW_HISTROY_LIMIT is no setting of Thaw: did you mean THAW_HISTORY_LIMIT?');
    expect(problems).toContainEqual('KAFKA_BROKER is no setting of Thaw: did you mean KAFKA_BROKERS?');
    expect(problems).toContainEqual(expect.stringMatching(/^KAFKA_SASL_PASSWORD_FILE .*ENOENT/));
  });

  test('leaves variables of other programs alone', () => {
    expect(problemsOf({ KAFKA_HOME: '/opt/kafka', KAFKA_OPTS: '-Xmx1g', PATH: '/bin', HOME: '/root' })).toEqual([]);
  });

  test('counts an empty variable as not set', () => {
    expect(load({ KAFKA_BROKERS: '', THAW_NOT_THERE: '' }).config.kafka.brokers).toBeUndefined();
  });

  const login = { KAFKA_BROKERS: 'a:9092', KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'shop' };

  test('reads a secret from a file and never reports it', () => {
    const { config, report, secrets } = load({ ...login, KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka' });
    expect(config.kafka.saslPassword).toBe('hunter2');
    expect(secrets).toEqual(['hunter2']);
    expect(report).toContainEqual(
      expect.objectContaining({ name: 'KAFKA_SASL_PASSWORD', value: '***', source: 'file' }),
    );
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  test('refuses a secret given twice and settings that need each other', () => {
    const both = { ...login, KAFKA_SASL_PASSWORD: 'a', KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka' };
    expect(problemsOf(both)).toEqual([expect.stringContaining('are both set')]);
    expect(problemsOf(login)).toEqual([expect.stringContaining('KAFKA_SASL_PASSWORD')]);
    expect(problemsOf({ KAFKA_SSL_ENABLED: 'true' })).toEqual([expect.stringContaining('KAFKA_BROKERS must be set')]);
  });
});

describe('the nearest name', () => {
  test('counts a swap of neighbours as one edit', () => {
    expect(editDistance('histroy', 'history')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  test('is symmetric, zero for equal words and at most the longer length', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  test('is undefined when nothing is near', () => {
    expect(nearestName('simulat', ['import', 'simulate'])).toBe('simulate');
    expect(nearestName('xyz', ['import', 'simulate'])).toBeUndefined();
  });
});
