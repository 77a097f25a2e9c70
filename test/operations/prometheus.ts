import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const RULES = fileURLToPath(new URL('../../deploy/prometheus/rules/', import.meta.url));

/** Whether a program can be run here; where it cannot, says which tests are left out and what brings them back. */
export function isInstalled(program: 'prometheus' | 'promtool'): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`skipped: there is no ${program} here (Debian: apt-get install prometheus)`);
    return false;
  }
}

/** A series of an answer: its labels, and its value now. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: {
    readonly resultType: 'vector' | 'scalar';
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real Prometheus with the rules of deploy/, that scrapes often. */
export class RunningPrometheus {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  /** @param targets `host:port` by job */
  static async start(targets: Readonly<Record<string, string>>): Promise<RunningPrometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'thaw-prometheus-'));
    const jobs = Object.entries(targets).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    }));
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: [join(RULES, '*.yml')],
      scrape_configs: jobs,
    };
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, JSON.stringify(config)); // JSON is YAML
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return new RunningPrometheus(child, folder, `http://${address}`);
  }

  /** What a query gives now. @throws Error what Prometheus says where it cannot be run */
  async query(expr: string): Promise<Sample[]> {
    const response = await fetch(`${this.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
    });
    const { status, error, data } = (await response.json()) as Answer;
    if (status === 'error') throw new Error(`${error ?? 'refused'}: ${expr}`);
    if (data.resultType === 'scalar') throw new Error(`gives a scalar, which has no series: ${expr}`);
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Rules that could not be evaluated, with what Prometheus says. */
  async unhealthyRules(): Promise<string[]> {
    const response = await fetch(`${this.url}/api/v1/rules`);
    const { data } = (await response.json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    return rules.filter(({ health }) => health === 'err').map(({ name, lastError }) => `${name}: ${lastError ?? ''}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }
}
