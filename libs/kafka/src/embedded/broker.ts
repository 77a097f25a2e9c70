import { rename, writeFile } from 'node:fs/promises';
import { ThawError } from '@thaw/contracts';
import type { LogFunction } from '../port.js';
import { type BrokerState, DataDir } from './data-dir.js';
import { type Progress, resolveJars } from './jars.js';
import { requireJava } from './java.js';
import { type BrokerProcess, formatStorage, newClusterId, spawnBroker, tail } from './jvm.js';
import { HOST, isFree, pickPort, portTaken } from './ports.js';
import { serverProperties } from './properties.js';
import { waitUntilReady } from './ready.js';

const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_LINES_SHOWN = 15;

export interface EmbeddedBrokerOptions {
  /** Topics, offsets and the address live here across restarts. One broker at a time. */
  readonly dataDir: string;
  /** Where the broker's jars (43 MB) are kept; shared by all data directories. */
  readonly cacheDir: string;
  /** Default: the port of the last run on this data directory where it is free, else any free one. */
  readonly port?: number;
  /** Executables; default "java" and "mvn". */
  readonly java?: string;
  readonly maven?: string;
  /** Base URL to fetch the jars from where Maven cannot; default: none. */
  readonly mavenRepository?: string;
  /** Broker settings beside or instead of Thaw's own, and arguments of Kafka's format tool. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly formatArguments?: readonly string[];
  /** Called for each jar that arrives, on the first start only. */
  readonly onProgress?: (progress: Progress) => void;
  readonly log: LogFunction;
  readonly signal?: AbortSignal;
}

export interface EmbeddedBroker {
  /** `host:port` for `KafkaConnection.brokers`. */
  readonly bootstrap: string;
  readonly port: number;
  readonly clusterId: string;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it, with a few words on how. */
  readonly exited: Promise<string>;
  /** Lets the broker close its logs; after 10 s it is killed. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
}

/**
 * Starts Apache Kafka as a child process and resolves when it serves. It dies with this process.
 * @throws ThawError BROKER_JAVA_UNUSABLE, BROKER_JARS_UNAVAILABLE, BROKER_DATA_LOCKED, BROKER_PORT_TAKEN,
 *   BROKER_START_FAILED
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { java = 'java', maven = 'mvn', mavenRepository, cacheDir, log, onProgress = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  await requireJava(java, signal);
  const jars = await resolveJars({ cacheDir, maven, mavenRepository, onProgress, log, signal });
  const dataDir = await DataDir.open(options.dataDir, log);
  try {
    const state = await prepare(dataDir, java, jars, options, signal);
    return await launch(dataDir, state, java, jars, log, signal);
  } catch (error) {
    await dataDir.release();
    throw error;
  }
}

/** Settles the ports, writes the settings and formats the logs on the first run. */
async function prepare(
  dataDir: DataDir,
  java: string,
  jars: string,
  options: EmbeddedBrokerOptions,
  signal: AbortSignal,
): Promise<BrokerState> {
  const last = await dataDir.readState();
  const port = await choosePort(options.port, last?.port, options.log);
  const controllerPort =
    last && last.controllerPort !== port && (await isFree(last.controllerPort))
      ? last.controllerPort
      : await pickPort(port);
  const state = {
    clusterId: last?.clusterId ?? newClusterId(),
    port,
    controllerPort,
    formatted: last?.formatted ?? false,
  };
  const { logs, properties } = dataDir;
  await writeFile(properties, serverProperties({ port, controllerPort, logs, extra: options.properties ?? {} }));
  await dataDir.writeState(state);
  if (state.formatted) return state;
  try {
    await formatStorage(java, jars, properties, state.clusterId, options.formatArguments ?? [], signal);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw startFailed(`its storage in ${logs} could not be formatted: ${reason}`, error);
  }
  const formatted = { ...state, formatted: true };
  await dataDir.writeState(formatted);
  return formatted;
}

async function choosePort(fixed: number | undefined, last: number | undefined, log: LogFunction): Promise<number> {
  if (fixed !== undefined) {
    if (await isFree(fixed)) return fixed;
    throw portTaken(fixed, 'another process');
  }
  if (last === undefined) return pickPort();
  if (await isFree(last)) return last;
  const port = await pickPort();
  log('warn', `port ${last} of the last run is taken by another process: the embedded Kafka moves to ${port}`, {});
  return port;
}

async function launch(
  dataDir: DataDir,
  { port, clusterId }: BrokerState,
  java: string,
  jars: string,
  log: LogFunction,
  signal: AbortSignal,
): Promise<EmbeddedBroker> {
  const { output, properties } = dataDir;
  await rename(output, `${output}.1`).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
  const broker = await spawnBroker(java, jars, properties, output);
  await dataDir.writeJvm(broker.pid);
  const giveUp = new AbortController();
  const limits = AbortSignal.any([signal, giveUp.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
  const died = broker.exited.then(async (how) => {
    const written = await tail(output, LOG_LINES_SHOWN);
    if (written.includes('Address already in use')) throw portTaken(port, 'another process');
    throw startFailed(`it ended (${how}). The end of ${output}:\n${written}`);
  });
  try {
    await Promise.race([waitUntilReady(port, clusterId, log, limits), died]);
  } catch (error) {
    await end(broker, 'SIGKILL');
    signal.throwIfAborted();
    if (error instanceof ThawError) throw error;
    throw startFailed(`it was not ready after ${READY_TIMEOUT_MS / 1000} s; see ${output}`, error);
  } finally {
    giveUp.abort();
  }
  const finish = async (deadly: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await end(broker, deadly);
    await dataDir.release();
  };
  return {
    bootstrap: `${HOST}:${port}`,
    port,
    clusterId,
    pid: broker.pid,
    exited: broker.exited,
    stop: () => finish('SIGTERM'),
    kill: () => finish('SIGKILL'),
  };
}

async function end({ child, exited }: BrokerProcess, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.ref();
  child.kill(how);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

const startFailed = (what: string, cause?: unknown): ThawError =>
  new ThawError('BROKER_START_FAILED', `The embedded Kafka did not start: ${what}`, { cause });
