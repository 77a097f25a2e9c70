import { recommender } from '@thaw/contracts';
import { SEARCH_ENVIRONMENT } from '@thaw/index';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GrpcClient } from './client.js';

const { getServingStatus } = recommender.RecommenderServiceService;
const MAIN = fileURLToPath(new URL('../../../../apps/recommender/dist/main.js', import.meta.url));
/** Linux counts the CPU time of a process in ticks of this length. */
const TICKS_A_SECOND = 100;

export interface RecommenderServiceOptions {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly graphAddress: string;
  readonly bundleDir: string;
  /** Flags of Node, such as `--cpu-prof`. */
  readonly flags: readonly string[];
  readonly signal: AbortSignal;
}

/** apps/recommender as a process of its own, with what the kernel says it used. Linux only. */
export class RecommenderService {
  private constructor(
    readonly pid: number,
    readonly grpcPort: number,
    private readonly client: GrpcClient,
    readonly stop: () => Promise<void>,
  ) {}

  /** Resolves when it listens. */
  static async start(options: RecommenderServiceOptions): Promise<RecommenderService> {
    const env = {
      PATH: '/usr/bin:/bin',
      ...SEARCH_ENVIRONMENT,
      KAFKA_BROKERS: options.brokers,
      THAW_TOPIC_PREFIX: options.topicPrefix,
      THAW_GRAPH_ADDRESS: options.graphAddress,
      THAW_BUNDLE_DIR: options.bundleDir,
      THAW_RECOMMENDER_HTTP_PORT: '0',
      THAW_RECOMMENDER_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
    };
    const { flags, signal } = options;
    const child = spawn(process.execPath, [...flags, MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'], signal });
    child.on('error', () => undefined); // the exit that follows tells all
    const exited = new Promise((resolve) => child.once('exit', resolve));
    for await (const line of createInterface(child.stdout)) {
      const { msg, grpcPort } = JSON.parse(line) as { readonly msg: string; readonly grpcPort?: number };
      if (msg !== 'recommender started') continue;
      child.stdout.resume();
      const client = new GrpcClient(grpcPort!);
      const stop = async (): Promise<void> => {
        client.close();
        child.kill('SIGTERM');
        await exited;
      };
      return new RecommenderService(child.pid!, grpcPort!, client, stop);
    }
    throw new Error('apps/recommender ended before it listened');
  }

  /** CPU-seconds since it was started, all threads. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    // The name of the process may hold anything, also spaces: fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  }

  get rssBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** Resolves when it serves the version and obeys the graph. */
  async serves(version: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if ((await this.#servedVersion()) === version) return;
      await sleep(50, undefined, { signal });
    }
    signal.throwIfAborted();
  }

  /** Undefined where there is none yet. */
  async #servedVersion(): Promise<string | undefined> {
    const answer = await this.client
      .call(getServingStatus.path, getServingStatus.requestSerialize({}))
      .catch(() => undefined);
    return answer && recommender.GetServingStatusResponse.decode(answer).context?.version;
  }
}
