import type { Config } from './config.js';

/** The broker settings in the shape that the Kafka adapter takes; `brokers` are those in use, embedded or not. */
export function kafkaConnection(kafka: Config['kafka'], brokers: readonly string[], clientId: string) {
  const tls = {
    ...(kafka.sslCa !== undefined && { ca: kafka.sslCa }),
    ...(kafka.sslCert !== undefined && { certificate: kafka.sslCert }),
    ...(kafka.sslKey !== undefined && { key: kafka.sslKey }),
    ...(kafka.sslKeyPassphrase !== undefined && { keyPassphrase: kafka.sslKeyPassphrase }),
    ...(kafka.sslServerName !== undefined && { serverName: kafka.sslServerName }),
  };
  const { saslMechanism: mechanism, saslUsername: username = '', saslPassword: password = '' } = kafka;
  return {
    brokers,
    clientId,
    ...(kafka.ssl && { tls }),
    ...(mechanism !== undefined && { sasl: { mechanism, username, password } }),
  };
}
