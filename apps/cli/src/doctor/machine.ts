import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { type NativeBuild, nativeBuild } from '@thaw/index';
import { hasJars, requireJava } from '@thaw/kafka';
import { type Config, hasParentDeathSignal } from '@thaw/platform';
import { bytes, percent } from '../terminal/format.js';
import { type Check, fail, type Finding, ok, skipped, warn } from './check.js';

const run = promisify(execFile);

/** As `engines` of package.json says. */
const OLDEST_NODE = [20, 19] as const;
const GIB = 2 ** 30;

export const nodeCheck = (version: string): Finding => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOldEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isOldEnough) return ok(`Node ${version}`);
  return fail(`Node ${version}`, `Install Node ${OLDEST_NODE.join('.')} or newer.`);
};

/** @param freeBytes that this user may take */
export function diskFinding(folder: string, freeBytes: number, sizeBytes: number): Finding {
  const what = `${bytes(freeBytes)} free (${percent(freeBytes / sizeBytes)}) for ${folder}`;
  const todo = 'Free some space, or point THAW_DATA_DIR at a larger disk: a full disk stops the graph.';
  if (freeBytes < GIB / 4) return fail(what, todo);
  if (freeBytes < 2 * GIB || freeBytes / sizeBytes < 0.05) return warn(what, todo);
  return ok(what);
}

async function disk(folder: string): Promise<Finding> {
  for (let place = folder; ; place = dirname(place)) {
    try {
      const { bavail, bsize, blocks } = await statfs(place);
      return diskFinding(folder, bavail * bsize, blocks * bsize);
    } catch (thrown) {
      // What is made at the first start lies on the disk of what is there.
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' || place === dirname(place)) throw thrown;
    }
  }
}

async function java(config: Config, signal: AbortSignal): Promise<Finding> {
  if (config.kafka.brokers !== undefined) return skipped('not needed: KAFKA_BROKERS names a Kafka');
  return ok(`Java ${await requireJava('java', signal)} for the embedded Kafka`);
}

async function jars({ kafka, paths }: Config, signal: AbortSignal): Promise<Finding> {
  if (kafka.brokers !== undefined) return skipped('not needed: KAFKA_BROKERS names a Kafka');
  if (await hasJars(paths.cacheDir)) return ok(`Kafka's jars are in ${paths.cacheDir}`);
  const maven = await run('mvn', ['--version'], { signal }).then(
    () => 'Maven',
    () => undefined,
  );
  const fetcher = maven ?? kafka.mavenRepository;
  if (fetcher !== undefined) return ok(`Kafka's jars are fetched at the first start, by ${fetcher}`);
  return fail(
    "Kafka's jars are not cached, and there is no Maven to fetch them",
    'Install Maven, set THAW_MAVEN_REPOSITORY, or set KAFKA_BROKERS.',
  );
}

function setpriv(): Finding {
  if (hasParentDeathSignal()) return ok('setpriv ties child processes to their parent');
  return warn('no setpriv: child processes end by a closing pipe only', 'Install util-linux, where there is one.');
}

const FAST = { avx512: 'AVX-512', avx2: 'AVX2' } as const;

export function indexFinding(build: NativeBuild | undefined): Finding {
  if (build === 'avx512' || build === 'avx2') return ok(`the index is compiled for ${FAST[build]}`);
  if (build === 'portable')
    return warn(
      'the index is compiled without AVX2: searches take longer',
      'See whether the processor has AVX2; then run npm run native -w @thaw/index.',
    );
  return fail(
    'the native index is not compiled',
    'Install a C++ compiler, make and python3, and run npm run native -w @thaw/index.',
  );
}

/** In a process of its own: a native module may hang or crash as it loads. */
async function tensor(config: Config, signal: AbortSignal): Promise<Finding> {
  const { tensorBackend } = config.trainer;
  const script = `
    const { openTensorBackend } = await import(${JSON.stringify(import.meta.resolve('@thaw/tensor'))});
    const { name } = await openTensorBackend(${JSON.stringify(tensorBackend === undefined ? {} : { forced: tensorBackend })});
    console.log('backend=' + name);
    process.exit(0);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { signal });
  const name = /backend=(\S+)/.exec(stdout)?.[1] ?? 'unknown';
  if (name.startsWith('tfjs-node') || name === 'webgpu') return ok(`the tensor backend of training is ${name}`);
  return warn(
    `the tensor backend of training is ${name}: a network trains several times slower`,
    'npm run tf:native builds tfjs-node, where a network is to be trained.',
  );
}

/** What the machine must have. */
export const machineChecks = (config: Config): Check[] => [
  { name: 'node', run: () => Promise.resolve(nodeCheck(process.versions.node)) },
  { name: 'java', run: (signal) => java(config, signal) },
  { name: 'jars', run: (signal) => jars(config, signal) },
  { name: 'setpriv', run: () => Promise.resolve(setpriv()) },
  { name: 'disk', run: () => disk(config.paths.dataDir) },
  { name: 'index build', run: () => Promise.resolve(indexFinding(nativeBuild())) },
  { name: 'tensor', run: (signal) => tensor(config, signal) },
];
