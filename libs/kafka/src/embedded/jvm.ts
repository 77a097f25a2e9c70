import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const WATCHDOG = fileURLToPath(new URL('../../assets/watchdog.mjs', import.meta.url));
const LOG_LEVEL = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
/**
 * The quick compiler only: a start takes 3.9 instead of 7.6 CPU-seconds and 170 instead of 210 MB, and 300 k events in
 * and out cost the broker the same 1.2 CPU-seconds, since its work is copying bytes.
 */
const FAST_START = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

const classPath = (jars: string): string => join(jars, '*');

/** A fresh cluster id: 16 random bytes in Kafka's URL-safe base64, which must not start with a dash. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** Prepares the log folder for a new cluster, with Kafka's own tool. */
export async function formatStorage(
  java: string,
  jars: string,
  properties: string,
  clusterId: string,
  extraArguments: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const tool = ['format', '--ignore-formatted', '--cluster-id', clusterId, '--config', properties, ...extraArguments];
  const jvm = ['-Xmx128m', ...FAST_START, LOG_LEVEL, '-cp', classPath(jars)];
  await run(java, [...jvm, 'kafka.tools.StorageTool', ...tool], { signal });
}

export interface BrokerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with a few words on how it ended. */
  readonly exited: Promise<string>;
}

/**
 * Runs the rest of its arguments unless the parent, given as the first, has died in the moment before `setpriv` took
 * effect.
 */
const UNLESS_ORPHANED = 'test "$PPID" -eq "$0" && exec "$@"';

/**
 * Starts the broker so that it dies with this process, however this process dies: on Linux the kernel sees to it
 * (`setpriv --pdeathsig`, which looks at the *thread* that spawned, so call this from the main thread), elsewhere a
 * small watchdog does. It gets a session of its own, so that Ctrl-C in a terminal reaches Thaw and not the broker.
 */
export async function spawnBroker(
  java: string,
  jars: string,
  properties: string,
  output: string,
): Promise<BrokerProcess> {
  const jvm = ['-Xms64m', '-Xmx512m', ...FAST_START, LOG_LEVEL, '-cp', classPath(jars), 'kafka.Kafka', properties];
  const bound = await hasSetpriv();
  const guard = ['--pdeathsig', 'KILL', 'sh', '-c', UNLESS_ORPHANED, String(process.pid), java, ...jvm];
  const [command, args] = bound ? ['setpriv', guard] : [java, jvm];
  const file = await open(output, 'a');
  const child = spawn(command, args, { stdio: ['ignore', file.fd, file.fd], detached: true });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  await file.close();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} does not start: ${await exited}`);
  if (!bound)
    spawn(process.execPath, [WATCHDOG, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true }).unref();
  child.unref();
  return { child, pid, exited };
}

async function hasSetpriv(): Promise<boolean> {
  try {
    await run('setpriv', ['--pdeathsig', 'KILL', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** The last lines that the broker wrote. */
export async function tail(output: string, lines: number): Promise<string> {
  const text = await readFile(output, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-lines).join('\n');
}
