// One broker per Jest run. It is started by Jest's main process, when a test first asks for it, so that it lives as
// long as the run and dies with it, also on SIGKILL. Tests ask over a Unix socket (see broker.ts).
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const desk = {};

async function startBroker(folder) {
  const { startEmbeddedBroker } = await import('../../libs/kafka/dist/index.js');
  return startEmbeddedBroker({
    dataDir: join(folder, 'broker'),
    cacheDir: process.env.THAW_CACHE_DIR,
    mavenRepository: process.env.THAW_MAVEN_REPOSITORY,
    onProgress: ({ done, total }) => {
      if (done === 1 || done === total) console.log(`broker of the tests: ${done} of ${total} jars`);
    },
    log: () => undefined,
  });
}

export async function open() {
  desk.folder = await mkdtemp(join(tmpdir(), 'thaw-test-'));
  const path = join(desk.folder, 'broker.sock');
  process.env.THAW_TEST_BROKER_SOCKET = path;
  process.env.THAW_CACHE_DIR ??= join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'thaw');
  desk.server = createServer((socket) => {
    socket.on('error', () => undefined);
    desk.broker ??= startBroker(desk.folder);
    desk.broker.then(
      ({ bootstrap }) => socket.end(JSON.stringify({ bootstrap })),
      (error) => socket.end(JSON.stringify({ error: error.stack })),
    );
  });
  await new Promise((resolve) => desk.server.listen(path, resolve));
  desk.server.unref();
}

export async function close() {
  desk.server?.close();
  const broker = await desk.broker?.catch(() => undefined);
  await broker?.kill();
  if (desk.folder) await rm(desk.folder, { recursive: true, force: true });
}
