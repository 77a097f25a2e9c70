import kafkajs, { type KafkaConfig, type LogEntry, type RetryOptions } from 'kafkajs';
import { type KafkaConnection, type KafkaSasl, tlsOptions } from '../connection.js';
import type { LogFunction, LogLevel } from '../port.js';
import { registerCodecs } from './codecs.js';
import { quietRequestQueue } from './internals.js';

/**
 * Retries that outlast a broker's kill and restart. All values are given: kafkajs picks other defaults when NODE_ENV is
 * "test".
 */
export const RETRY_FOREVER: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 1000,
  factor: 0.2,
  multiplier: 2,
  retries: Number.MAX_SAFE_INTEGER,
};

const saslOptions = ({ mechanism, username, password }: KafkaSasl): NonNullable<KafkaConfig['sasl']> => {
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password };
  }
};

const LEVELS = new Map<number, LogLevel>([
  [kafkajs.logLevel.ERROR, 'error'],
  [kafkajs.logLevel.WARN, 'warn'],
  [kafkajs.logLevel.INFO, 'info'],
  [kafkajs.logLevel.DEBUG, 'debug'],
]);

/**
 * kafkajs calls "error" what it then retries; what Thaw itself gives up on is thrown. That a broker answered a request
 * with an error reaches the caller anyway.
 */
function levelOf({ namespace, level, log: { message } }: LogEntry): LogLevel {
  if (namespace === 'Connection' && message.startsWith('Response ')) return 'debug';
  const named = LEVELS.get(level) ?? 'debug';
  return named === 'error' ? 'warn' : named === 'info' ? 'debug' : named;
}

const logCreator =
  (log: LogFunction) =>
  () =>
  (entry: LogEntry): void => {
    const known = new Set(['message', 'timestamp', 'logger']);
    const fields = Object.fromEntries(Object.entries(entry.log).filter(([name]) => !known.has(name)));
    log(levelOf(entry), `kafka client: ${entry.log.message}`, { namespace: entry.namespace, ...fields });
  };

/** kafkajs's configuration for a connection. */
export function clientConfig(connection: KafkaConnection, log: LogFunction): KafkaConfig {
  return {
    clientId: connection.clientId,
    brokers: [...connection.brokers],
    connectionTimeout: 1000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: RETRY_FOREVER,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(log),
    ...(connection.tls && { ssl: tlsOptions(connection.tls) }),
    ...(connection.sasl && { sasl: saslOptions(connection.sasl) }),
  };
}

/** A kafkajs client with the codecs registered, its timers quiet and its log lines sent to `log`. */
export function createClient(config: KafkaConfig): kafkajs.Kafka {
  registerCodecs();
  quietRequestQueue();
  return new kafkajs.Kafka(config);
}
