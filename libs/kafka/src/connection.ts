import type { ConnectionOptions } from 'node:tls';

/** How to reach a cluster, as plain data. */
export interface KafkaConnection {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId: string;
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
}

export interface KafkaTls {
  /** PEM of the authorities to trust; default: those of Node. */
  readonly ca?: string;
  /** PEM of a client certificate and its key, for mutual TLS. */
  readonly certificate?: string;
  readonly key?: string;
  readonly keyPassphrase?: string;
  /** Name to expect in the broker's certificate where it differs from the host. */
  readonly serverName?: string;
}

export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** Maps to Node's TLS options. The broker's certificate is always checked: there is no setting to turn that off. */
export function tlsOptions(tls: KafkaTls): ConnectionOptions {
  return {
    rejectUnauthorized: true,
    ...(tls.ca !== undefined && { ca: [tls.ca] }),
    ...(tls.certificate !== undefined && { cert: tls.certificate }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.keyPassphrase !== undefined && { passphrase: tls.keyPassphrase }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
  };
}
