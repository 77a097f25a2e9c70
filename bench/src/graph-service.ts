import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/graph/dist/main.js', import.meta.url));
/** Linux counts the CPU time of a process in ticks of this length. */
const TICKS_A_SECOND = 100;

export interface GraphServiceOptions {
  readonly brokers: string;
  readonly dataDir: string;
  readonly topicPrefix: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** apps/graph as a process of its own, with what the kernel says it used. Linux only. */
export class GraphService {
  private constructor(
    readonly pid: number,
    readonly httpUrl: string,
    /** Epoch milliseconds at which it began to consume. */
    readonly consumingAtMs: number,
    /** CPU that starting and loading took. */
    readonly startCpuSeconds: number,
    readonly stop: () => Promise<void>,
  ) {}

  /** Resolves when it begins to consume. */
  static async start({ brokers, dataDir, topicPrefix, settings, signal }: GraphServiceOptions): Promise<GraphService> {
    const env = {
      PATH: '/usr/bin:/bin',
      KAFKA_BROKERS: brokers,
      THAW_DATA_DIR: dataDir,
      THAW_TOPIC_PREFIX: topicPrefix,
      THAW_GRAPH_HTTP_PORT: '0',
      THAW_GRAPH_GRPC_PORT: '0',
      THAW_LOG_FORMAT: 'json',
      ...settings,
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'], signal });
    child.on('error', () => undefined); // the exit that follows tells all
    const exited = new Promise((resolve) => child.once('exit', resolve));
    let httpUrl = '';
    for await (const line of createInterface(child.stdout)) {
      const record = JSON.parse(line) as { readonly msg: string; readonly httpUrl?: string; readonly time: number };
      httpUrl = record.httpUrl ?? httpUrl;
      if (record.msg !== 'ingest consuming') continue;
      const pid = child.pid!;
      const stop = async (): Promise<void> => {
        child.kill('SIGTERM');
        await exited;
      };
      child.stdout.resume();
      return new GraphService(pid, httpUrl, record.time, await cpuSeconds(pid), stop);
    }
    throw new Error('apps/graph ended before it consumed anything');
  }

  /** CPU-seconds since it began to consume, all threads. */
  async cpuSeconds(): Promise<number> {
    return (await cpuSeconds(this.pid)) - this.startCpuSeconds;
  }

  async peakRssBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  async rssBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** The sum of all series of a metric whose labels match. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`${this.httpUrl}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || (line.startsWith(`${name}{`) && line.includes(labels)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Resolves when it has consumed this many records since it started, all committed and published. */
  async consumed(
    records: number,
    signal: AbortSignal,
    onProgress: (done: number) => Promise<void> | void,
  ): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const done = await this.metric('thaw_graph_events_total');
      await onProgress(done);
      const published = await this.metric('thaw_graph_published_sequence');
      if (done >= records && published === (await this.metric('thaw_graph_change_sequence'))) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
