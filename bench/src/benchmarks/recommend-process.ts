import { credentials, Metadata } from '@grpc/grpc-js';
import { recommender } from '@thaw/contracts';
import { SEARCH_ENVIRONMENT } from '@thaw/index';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../apps/recommender/dist/main.js', import.meta.url));
/** Linux counts the CPU time of a process in ticks of this length. */
const TICKS_A_SECOND = 100;
const DEADLINE_MS = 10_000;
/** The caller's own bookkeeping of its calls would be measured too. */
const WITHOUT_CHANNELZ = { 'grpc.enable_channelz': 0 };

export interface RecommenderServiceOptions {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly graphAddress: string;
  readonly bundleDir: string;
  /** Flags of Node, such as `--cpu-prof`. */
  readonly flags: readonly string[];
  readonly signal: AbortSignal;
}

/** An answer that came, still encoded, and how long it took. */
export interface TimedAnswer {
  readonly bytes: Buffer;
  readonly seconds: number;
}

/** apps/recommender as a process of its own, with what the kernel says it used. Linux only. */
export class RecommenderService {
  private constructor(
    readonly pid: number,
    private readonly client: recommender.RecommenderServiceClient,
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
      const address = `127.0.0.1:${grpcPort}`;
      const client = new recommender.RecommenderServiceClient(address, credentials.createInsecure(), WITHOUT_CHANNELZ);
      const stop = async (): Promise<void> => {
        client.close();
        child.kill('SIGTERM');
        await exited;
      };
      return new RecommenderService(child.pid!, client, stop);
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

  /** One call; the answer is left encoded, so that the caller costs little. @throws ServiceError */
  async recommend(sellerId: string, limit: number): Promise<TimedAnswer> {
    const { path, requestSerialize } = recommender.RecommenderServiceService.recommend;
    const request = recommender.RecommendRequest.fromPartial({ seller: { $case: 'sellerId', value: sellerId }, limit });
    const startedAt = performance.now();
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      const options = { deadline: Date.now() + DEADLINE_MS };
      const serialize = requestSerialize;
      const asIs = (answer: Buffer): Buffer => answer;
      this.client.makeUnaryRequest(path, serialize, asIs, request, new Metadata(), options, (error, answer) => {
        if (error === null) resolve(answer!);
        else reject(error);
      });
    });
    return { bytes, seconds: (performance.now() - startedAt) / 1000 };
  }

  /** Resolves when it serves the version and obeys the graph. */
  async serves(version: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const served = await new Promise<string | undefined>((resolve) => {
        this.client.getServingStatus({}, (error, answer) => resolve(error ? undefined : answer.context?.version));
      });
      if (served === version) return;
      await sleep(50, undefined, { signal });
    }
    signal.throwIfAborted();
  }
}
