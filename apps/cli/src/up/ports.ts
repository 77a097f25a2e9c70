import { createServer } from 'node:net';
import { addressError } from '@thaw/platform';

export interface PortChoice {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The setting that `port` came from. */
  readonly setting: string;
  /** Whether a free port may take the place of one that is taken. */
  readonly mayMove: boolean;
  readonly note: (line: string) => void;
}

/** Listens for a moment. @returns the port */
function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}

/** A port that is free now: the one of the setting, or where nobody chose that, any. @throws ThawError ADDRESS_IN_USE */
export async function choosePort({ host, port, setting, mayMove, note }: PortChoice): Promise<number> {
  try {
    return await tryPort(host, port);
  } catch (error) {
    if (!mayMove) throw addressError(error, `${host}:${port}`, setting);
    const free = await tryPort(host, 0);
    note(`Another process listens on ${host}:${port}: ${setting} is ${free} this time.`);
    return free;
  }
}
