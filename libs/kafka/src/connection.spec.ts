import { describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { LogLevel } from './port.js';
import { clientConfig } from './kafkajs/client.js';

const plain = { brokers: ['a:9092', 'b:9092'], clientId: 'thaw' };
const ignore = (): undefined => undefined;

describe('connection', () => {
  test('has no TLS and no login unless they are set', () => {
    const config = clientConfig(plain, ignore);
    expect(config).toMatchObject({ brokers: plain.brokers, clientId: 'thaw', connectionTimeout: 1000 });
    expect(config).not.toHaveProperty('ssl');
    expect(config).not.toHaveProperty('sasl');
  });

  test('passes TLS on, and always checks the certificate', () => {
    const tls = { ca: 'CA', certificate: 'CERT', key: 'KEY', keyPassphrase: 'secret', serverName: 'kafka.test' };
    const { ssl } = clientConfig({ ...plain, tls }, ignore);
    expect(ssl).toEqual({
      rejectUnauthorized: true,
      ca: ['CA'],
      cert: 'CERT',
      key: 'KEY',
      passphrase: 'secret',
      servername: 'kafka.test',
    });
    expect(clientConfig({ ...plain, tls: {} }, ignore).ssl).toEqual({ rejectUnauthorized: true });
  });

  test.each([
    ['PLAIN', 'plain'],
    ['SCRAM-SHA-256', 'scram-sha-256'],
    ['SCRAM-SHA-512', 'scram-sha-512'],
  ] as const)('passes SASL %s on', (mechanism, name) => {
    const sasl = { mechanism, username: 'u', password: 'p' };
    expect(clientConfig({ ...plain, sasl }, ignore).sasl).toEqual({ mechanism: name, username: 'u', password: 'p' });
  });

  test("sends the client's log lines on, as warnings at most", () => {
    const lines: [LogLevel, string, object][] = [];
    const config = clientConfig(plain, (...line) => lines.push(line));
    const log = config.logCreator!(kafkajs.logLevel.INFO);
    const entry = { timestamp: 'now', logger: 'kafkajs', message: 'Connection error', broker: 'a:9092' };
    log({ namespace: 'Connection', level: kafkajs.logLevel.ERROR, label: 'ERROR', log: entry });
    log({ namespace: 'Consumer', level: kafkajs.logLevel.INFO, label: 'INFO', log: { ...entry, message: 'Starting' } });
    log({
      namespace: 'Connection',
      level: kafkajs.logLevel.ERROR,
      label: 'ERROR',
      log: { ...entry, message: 'Response Metadata' },
    });
    expect(lines).toEqual([
      ['warn', 'kafka client: Connection error', { namespace: 'Connection', broker: 'a:9092' }],
      ['debug', 'kafka client: Starting', { namespace: 'Consumer', broker: 'a:9092' }],
      ['debug', 'kafka client: Response Metadata', { namespace: 'Connection', broker: 'a:9092' }],
    ]);
  });
});
