import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import { Agent, createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { readJson } from './read-json.js';

const LIMIT = 256 * 1024;

/** Answers with what was read, or with the code of what was refused. */
function reader(): Server {
  return createServer((http, answer) => {
    readJson(http, LIMIT, 'an object').then(
      (value) => answer.end(JSON.stringify(value)),
      (error: unknown) => answer.writeHead(400).end(error instanceof ThawError ? error.code : 'a defect'),
    );
  });
}

describe('a body', () => {
  const server = reader();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(async () => {
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends `parts` one after the other. @returns the answer, and whether the connection had been used before */
  const post = async (...parts: readonly string[]): Promise<{ body: string; reused: boolean }> => {
    const { port } = server.address() as AddressInfo;
    return await new Promise((resolve, reject) => {
      const asking = request({ port, host: '127.0.0.1', method: 'POST', agent }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.once('error', reject).once('end', () => resolve({ body, reused: asking.reusedSocket }));
      });
      asking.once('error', reject);
      const next = (at: number): void => {
        if (at === parts.length) asking.end();
        else asking.write(parts[at]!, () => setImmediate(next, at + 1));
      };
      next(0);
    });
  };

  test('is read whole', async () => {
    expect((await post('{"a":', '"b"}')).body).toBe('{"a":"b"}');
  });

  test.each(['', '{"a":', '[]', '"text"', 'null', '\u0000'])('that is no JSON object is refused: %j', async (text) => {
    expect((await post(text)).body).toBe('REQUEST_INVALID');
  });

  test('too large is refused, with an answer that arrives and a connection that serves the next request', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    await post('{}');
    for (let round = 0; round < 20; round++) {
      expect(await post(megabyte, megabyte, megabyte)).toEqual({ body: 'REQUEST_INVALID', reused: true });
      expect(await post('{}')).toEqual({ body: '{}', reused: true });
    }
  });
});
