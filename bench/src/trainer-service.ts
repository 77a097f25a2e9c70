import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { credentials } from '@grpc/grpc-js';
import { operator } from '@thaw/contracts';

const MAIN = fileURLToPath(new URL('../../apps/trainer/dist/main.js', import.meta.url));
const SAMPLE_EVERY_MS = 200;

export interface TrainerServiceOptions {
  readonly brokers: string;
  readonly dataDir: string;
  readonly topicPrefix: string;
  readonly graphAddress: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly onWarning: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a run came to. */
export interface FinishedRun {
  readonly seconds: number;
  /** The peak of the process of the run, since its start. */
  readonly runPeakRssBytes: number;
  /** That of the trainer itself, live embedding included, since its start. */
  readonly trainerPeakRssBytes: number;
  readonly version: operator.Version;
}

/** apps/trainer as a process of its own. Linux only. */
export class TrainerService {
  private constructor(
    readonly pid: number,
    private readonly client: operator.OperatorServiceClient,
    readonly stop: () => Promise<void>,
  ) {}

  /** Resolves when it listens. */
  static async start(options: TrainerServiceOptions): Promise<TrainerService> {
    const { brokers, dataDir, topicPrefix, graphAddress, settings, onWarning, signal } = options;
    const env = {
      PATH: '/usr/bin:/bin',
      KAFKA_BROKERS: brokers,
      THAW_DATA_DIR: dataDir,
      THAW_TOPIC_PREFIX: topicPrefix,
      THAW_GRAPH_ADDRESS: graphAddress,
      THAW_TRAINER_HTTP_PORT: '0',
      THAW_TRAINER_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
      ...settings,
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'], signal });
    child.on('error', () => undefined); // the exit that follows tells all
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const port = await new Promise<number>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        const record = JSON.parse(line) as { readonly msg: string; readonly level: number; readonly grpcPort?: number };
        if (record.grpcPort !== undefined) resolve(record.grpcPort);
        if (record.level >= WARN) onWarning(record.msg);
      });
      void exited.then(() => reject(new Error('apps/trainer ended before it listened')));
    });
    const client = new operator.OperatorServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
    return new TrainerService(child.pid!, client, async () => {
      client.close();
      child.kill('SIGTERM');
      await exited;
    });
  }

  /** The versions that there are, the newest first. */
  async versions(): Promise<readonly operator.Version[]> {
    return await new Promise((resolve, reject) => {
      this.client.listVersions({ limit: 100 }, (error, answer) => (error ? reject(error) : resolve(answer.versions)));
    });
  }

  /** Resolves when there is a version that serves. */
  async serving(signal: AbortSignal): Promise<operator.Version> {
    for (;;) {
      signal.throwIfAborted();
      const serving = (await this.versions()).find(({ state }) => state === operator.VersionState.SERVING);
      if (serving !== undefined) return serving;
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
    }
  }

  /** Commands a run and waits for its end. @throws Error where it publishes no version */
  async run(kind: operator.RunKind, onProgress: (line: string) => void): Promise<FinishedRun> {
    const startMs = performance.now();
    let runPeakRssBytes = 0;
    const sampler = setInterval(() => {
      runPeakRssBytes = Math.max(runPeakRssBytes, ...childrenOf(this.pid).map(peakRss));
    }, SAMPLE_EVERY_MS);
    try {
      const runId = await new Promise<string>((resolve, reject) => {
        const command = { commandId: `bench-${startMs}`, kind, reason: 'benchmark' };
        this.client.startRun(command, (error, answer) => (error ? reject(error) : resolve(answer.runId)));
      });
      const last = await this.#watch(runId, onProgress);
      const seconds = (performance.now() - startMs) / 1000;
      const [version] = await this.versions();
      if (last?.state !== operator.RunState.PUBLISHED || version === undefined) {
        throw new Error(
          `the run ended as ${operator.RunState[last?.state ?? 0]}: ${last?.message ?? 'nothing was said'}`,
        );
      }
      return { seconds, runPeakRssBytes, trainerPeakRssBytes: peakRss(this.pid), version };
    } finally {
      clearInterval(sampler);
    }
  }

  async #watch(runId: string, onProgress: (line: string) => void): Promise<operator.WatchRunResponse | undefined> {
    let last: operator.WatchRunResponse | undefined;
    let stage = '';
    for await (const now of this.client.watchRun({ runId }) as AsyncIterable<operator.WatchRunResponse>) {
      last = now;
      if (now.stage === stage) continue;
      stage = now.stage;
      onProgress(
        `  ${Math.round(100 * now.progress)} %: ${stage}${now.etaSeconds < 0 ? '' : `, ${Math.round(now.etaSeconds)} s to go`}`,
      );
    }
    return last;
  }
}

/** pino's number for warnings. */
const WARN = 40;

/** Processes whose parent this is. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => new RegExp(`^PPid:\\s+${parent}$`, 'm').test(statusOf(pid)));
}

const peakRss = (pid: number): number => Number(/^VmHWM:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1] ?? 0) * 1024;

/** '' where the process has ended. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
