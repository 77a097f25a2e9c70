import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEmbeddedBroker } from './broker.js';
import { javaMajor } from './java.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thaw-java-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (java: string): Promise<unknown> =>
  startEmbeddedBroker({ dataDir: join(folder, 'data'), cacheDir: join(folder, 'cache'), java, log: () => undefined });

const THREE_WAYS = /install Java 17.*set KAFKA_BROKERS.*docker compose up/;

describe('java', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_392"', 8],
    ['no java here', undefined],
  ])('reads %j as %p', (output, major) => {
    expect(javaMajor(output)).toBe(major);
  });

  test('that is not there is told with the ways out', async () => {
    const starting = start(join(folder, 'no-java'));
    await expect(starting).rejects.toMatchObject({ code: 'BROKER_JAVA_UNUSABLE' });
    await expect(starting).rejects.toThrow(THREE_WAYS);
  });

  test('that is too old is told with its version and the ways out', async () => {
    const old = join(folder, 'old-java');
    await writeFile(old, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
    await chmod(old, 0o755);
    const starting = start(old);
    await expect(starting).rejects.toMatchObject({ code: 'BROKER_JAVA_UNUSABLE' });
    await expect(starting).rejects.toThrow(/needs Java 17 or newer.*"11\.0\.2"/);
    await expect(starting).rejects.toThrow(THREE_WAYS);
  });
});
