import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ThawError } from '@thaw/contracts';

export const HOST = '127.0.0.1';

/**
 * Below the range that systems take for outgoing connections: there, a client that keeps knocking while the broker is
 * down may be given the broker's own port as its source port, connect to itself and hold the port.
 */
const FIRST_PORT = 19_100;
const LAST_PORT = 29_999;

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port other than those given. */
export async function pickPort(...taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

export const portTaken = (port: number, who: string): ThawError =>
  new ThawError(
    'BROKER_PORT_TAKEN',
    `Port ${port} of the embedded Kafka is taken by ${who}. Stop that process, choose another port (THAW_BROKER_PORT), or set ` +
      'KAFKA_BROKERS if that is the Kafka you want.',
    { details: { port } },
  );
