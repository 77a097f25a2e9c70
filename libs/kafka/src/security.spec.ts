import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testBroker, testCacheDir } from '../../../test/support/broker.js';
import type { KafkaConnection, KafkaSasl } from './connection.js';
import { type EmbeddedBroker, startEmbeddedBroker } from './embedded/broker.js';
import { HOST, pickPort } from './embedded/ports.js';
import { createKafka } from './kafkajs/kafka.js';

const run = promisify(execFile);
const PASSWORD = 'open sesame';
const KEY_STORE_PASSWORD = 'keystore';

let folder: string;
let ca: string;
let broker: EmbeddedBroker;
let saslPort: number;
let tlsPort: number;

/** A broker that besides its plain listener has one with SASL and one with TLS. */
beforeAll(async () => {
  await testBroker(); // its start fills the cache with jars
  folder = await mkdtemp(join(tmpdir(), 'thaw-security-'));
  const keyStore = join(folder, 'broker.p12');
  const store = ['-alias', 'broker', '-keystore', keyStore, '-storepass', KEY_STORE_PASSWORD];
  const key = ['-keyalg', 'EC', '-dname', 'CN=thaw-test', '-ext', `san=ip:${HOST}`, '-validity', '2'];
  await run('keytool', ['-genkeypair', ...store, ...key, '-storetype', 'PKCS12']);
  ca = (await run('keytool', ['-exportcert', '-rfc', ...store])).stdout;
  const port = await pickPort();
  saslPort = await pickPort(port);
  tlsPort = await pickPort(port, saslPort);
  const controllerPort = await pickPort(port, saslPort, tlsPort);
  const outside = `PLAINTEXT://${HOST}:${port},LOGIN://${HOST}:${saslPort},TLS://${HOST}:${tlsPort}`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_shop="${PASSWORD}";`;
  broker = await startEmbeddedBroker({
    dataDir: join(folder, 'broker'),
    cacheDir: testCacheDir(),
    port,
    log: () => undefined,
    formatArguments: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=shop,password=${PASSWORD}]`,
    ]),
    properties: {
      'controller.quorum.voters': `1@${HOST}:${controllerPort}`,
      listeners: `${outside},CONTROLLER://${HOST}:${controllerPort}`,
      'advertised.listeners': outside,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_PLAINTEXT,TLS:SSL',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.login.plain.sasl.jaas.config': plain,
      'listener.name.login.scram-sha-256.sasl.jaas.config': scram,
      'listener.name.login.scram-sha-512.sasl.jaas.config': scram,
      'ssl.keystore.location': keyStore,
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.password': KEY_STORE_PASSWORD,
    },
  });
}, 120_000);

afterAll(async () => {
  await broker.kill();
  await rm(folder, { recursive: true, force: true });
});

async function ping(security: Partial<KafkaConnection>, port: number, timeoutMs = 20_000): Promise<string> {
  const connection = { brokers: [`${HOST}:${port}`], clientId: 'security-spec', ...security };
  return (await createKafka(connection, () => undefined).ping(timeoutMs)).clusterId;
}

const login = (mechanism: KafkaSasl['mechanism'], password = PASSWORD): Partial<KafkaConnection> => ({
  sasl: { mechanism, username: 'shop', password },
});

describe('security', () => {
  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    '%s lets in who knows the password',
    async (mechanism) => {
      expect(await ping(login(mechanism), saslPort)).toBe(broker.clusterId);
      await expect(ping(login(mechanism, 'wrong'), saslPort)).rejects.toMatchObject({ code: 'KAFKA_AUTHENTICATION' });
    },
    60_000,
  );

  test('TLS reaches a broker whose authority is trusted, and no other', async () => {
    expect(await ping({ tls: { ca } }, tlsPort)).toBe(broker.clusterId);
    const untrusted = ping({ tls: {} }, tlsPort, 1500);
    await expect(untrusted).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
    await expect(untrusted).rejects.toThrow(/self.signed certificate/);
  }, 60_000);
});
