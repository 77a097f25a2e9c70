import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { LogFunction } from '../port.js';
import { withWaysOut } from './advice.js';

export const KAFKA_VERSION = '4.4.0';

const asset = (name: string): string => fileURLToPath(new URL(`../../assets/${name}`, import.meta.url));
const PARALLEL_DOWNLOADS = 4;

interface Jar {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Path in a Maven repository. */
  readonly path: string;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What was just finished, for a line of text. */
  readonly what: string;
}

export interface JarOptions {
  readonly cacheDir: string;
  readonly maven: string;
  readonly mavenRepository: string | undefined;
  readonly onProgress: (progress: Progress) => void;
  readonly log: LogFunction;
  readonly signal: AbortSignal;
}

/** The pinned jars: `sha256 bytes path` a line. */
async function pinnedJars(): Promise<Jar[]> {
  const lines = (await readFile(asset('jars.txt'), 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [sha256, size, path] = line.split(' ') as [string, string, string];
    return { sha256, sizeBytes: Number(size), path };
  });
}

/**
 * The folder with the broker's jars: as cached, else resolved by Maven, else fetched from `mavenRepository`. What came
 * is checked against the pinned sha256 before it is moved into the cache as a whole.
 * @throws ThawError BROKER_JARS_UNAVAILABLE
 */
export async function resolveJars(options: JarOptions): Promise<string> {
  const { cacheDir, signal } = options;
  const target = join(cacheDir, `kafka-${KAFKA_VERSION}`);
  const jars = await pinnedJars();
  if (await isComplete(target, jars)) return target;
  const staging = join(cacheDir, `.kafka-${KAFKA_VERSION}-${randomUUID()}`);
  await mkdir(staging, { recursive: true });
  try {
    await fill(staging, jars, options);
    for (const jar of jars) await verify(staging, jar);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } catch (error) {
    signal.throwIfAborted();
    // Another process may have been faster; its jars passed the same check.
    if (!(await isComplete(target, jars))) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** Whether the broker can be started without fetching anything. */
export const hasJars = async (cacheDir: string): Promise<boolean> =>
  await isComplete(join(cacheDir, `kafka-${KAFKA_VERSION}`), await pinnedJars());

async function isComplete(folder: string, jars: readonly Jar[]): Promise<boolean> {
  const sizes = await Promise.all(
    jars.map(({ path }) =>
      stat(join(folder, basename(path))).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  return jars.every(({ sizeBytes }, i) => sizes[i] === sizeBytes);
}

async function fill(staging: string, jars: readonly Jar[], options: JarOptions): Promise<void> {
  const { maven, mavenRepository, log, signal } = options;
  let mavenFailure: unknown;
  try {
    await copyWithMaven(staging, jars, options);
    return;
  } catch (error) {
    signal.throwIfAborted();
    mavenFailure = error;
    log('debug', 'maven could not resolve the broker', { reason: String(error) });
  }
  if (mavenRepository === undefined) {
    throw withWaysOut(
      'BROKER_JARS_UNAVAILABLE',
      `Apache Kafka ${KAFKA_VERSION} is not in the cache, "${maven}" could not resolve it (${reasonOf(mavenFailure)}), and ` +
        'no Maven repository is configured (THAW_MAVEN_REPOSITORY).',
      mavenFailure,
    );
  }
  try {
    await download(staging, jars, mavenRepository, options);
  } catch (error) {
    signal.throwIfAborted();
    throw withWaysOut(
      'BROKER_JARS_UNAVAILABLE',
      `Apache Kafka ${KAFKA_VERSION} is not in the cache; "${maven}" could not resolve it (${reasonOf(mavenFailure)}), nor ` +
        `could it be fetched from ${mavenRepository} (${reasonOf(error)}).`,
      error,
    );
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function copyWithMaven(staging: string, jars: readonly Jar[], options: JarOptions): Promise<void> {
  const names = new Set(jars.map(({ path }) => basename(path)));
  const goal = ['-B', '-f', asset('pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${staging}`];
  const child = spawn(options.maven, goal, { stdio: ['ignore', 'pipe', 'pipe'], signal: options.signal });
  const exit = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  let failure = 'no output';
  let done = 0;
  const read = async (): Promise<void> => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('[ERROR]') && failure === 'no output') failure = line.replace(/^.*\[ERROR\]\s*/, '');
      const name = /(?:Downloaded from .*\/|Copying )([^/\s]+\.jar)/.exec(line)?.[1];
      if (name !== undefined && names.delete(name))
        options.onProgress({ done: ++done, total: jars.length, what: name });
    }
  };
  child.stderr.resume();
  const [code] = await Promise.all([exit, read()]);
  if (code !== 0) throw new Error(`it exited with ${code ?? 'a signal'}: ${failure}`);
}

async function download(staging: string, jars: readonly Jar[], repository: string, options: JarOptions): Promise<void> {
  const base = repository.endsWith('/') ? repository : `${repository}/`;
  const waiting = [...jars];
  let done = 0;
  const fetchNext = async (): Promise<void> => {
    for (let jar = waiting.shift(); jar; jar = waiting.shift()) {
      const response = await fetch(new URL(jar.path, base), { signal: options.signal });
      if (!response.ok) throw new Error(`${jar.path}: HTTP ${response.status}`);
      await writeFile(join(staging, basename(jar.path)), Buffer.from(await response.arrayBuffer()));
      options.onProgress({ done: ++done, total: jars.length, what: basename(jar.path) });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, fetchNext));
}

async function verify(folder: string, { path, sha256 }: Jar): Promise<void> {
  const file = join(folder, basename(path));
  await access(file);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw withWaysOut(
    'BROKER_JARS_UNAVAILABLE',
    `${basename(path)} has sha256 ${found} where ${sha256} is pinned: the repository served another file.`,
  );
}
