import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { testBroker, testCacheDir } from '../../../../test/support/broker.js';
import { KAFKA_VERSION, type Progress, resolveJars } from './jars.js';

/** Serves the jars that the test broker runs on, as a Maven repository would; `corrupt` is served changed. */
let server: Server;
let corrupt: string | undefined;
let repository: string;
let cacheDir: string;
let progress: Progress[];

beforeAll(async () => {
  await testBroker();
  const jars = join(testCacheDir(), `kafka-${KAFKA_VERSION}`);
  server = createServer((request, response) => {
    const name = basename(request.url!);
    readFile(join(jars, name)).then(
      (bytes) => {
        if (name === corrupt) bytes[bytes.length - 1]! ^= 1;
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}/maven2`;
}, 120_000);

afterAll(() => void server.close());
beforeEach(async () => {
  corrupt = undefined;
  progress = [];
  cacheDir = await mkdtemp(join(tmpdir(), 'thaw-jars-'));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

const resolve = (overrides: { maven?: string; mavenRepository?: string; signal?: AbortSignal } = {}): Promise<string> =>
  resolveJars({
    cacheDir,
    maven: join(cacheDir, 'no-maven'),
    mavenRepository: repository,
    onProgress: (one) => progress.push(one),
    log: () => undefined,
    signal: new AbortController().signal,
    ...overrides,
  });

describe('jars', () => {
  test('are fetched from the repository where there is no Maven, with progress, once', async () => {
    const folder = await resolve();
    expect(await readdir(folder)).toHaveLength(45);
    expect(progress.map(({ done }) => done)).toEqual(Array.from({ length: 45 }, (_, i) => i + 1));
    expect(progress.at(-1)!.total).toBe(45);
    expect(await resolve({ mavenRepository: 'http://127.0.0.1:1/' })).toBe(folder);
    expect(progress).toHaveLength(45);
    expect(await readdir(cacheDir)).toEqual([basename(folder)]);
  });

  test('that differ from the pinned ones are refused and leave nothing behind', async () => {
    corrupt = 'jopt-simple-5.0.4.jar';
    await expect(resolve()).rejects.toThrow(/jopt-simple-5\.0\.4\.jar has sha256/);
    expect(await readdir(cacheDir)).toEqual([]);
  });

  test('cannot be had without Maven and network: one message with the ways out', async () => {
    const failing = join(cacheDir, 'failing-maven');
    await writeFile(failing, '#!/bin/sh\necho "[ERROR] Unknown host"\nexit 1\n');
    await chmod(failing, 0o755);
    const starting = resolve({ maven: failing, mavenRepository: 'http://127.0.0.1:1/' });
    await expect(starting).rejects.toMatchObject({ code: 'BROKER_JARS_UNAVAILABLE' });
    await expect(starting).rejects.toThrow(/Unknown host.*install Java 17.*set KAFKA_BROKERS.*docker compose up/s);
  });

  test('stop being fetched when the caller gives up', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(resolve({ signal: controller.signal })).rejects.toThrow('enough');
    expect(await readdir(cacheDir)).toEqual([]);
  });
});
