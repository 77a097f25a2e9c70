import { readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type ClientSecurity, clientSecurity, loadConfig } from '@thaw/platform';
import { scratchFolder, startThaw, type ThawRun } from '../../apps/cli/src/testing/thaw.js';

interface AppAddress {
  readonly name: string;
  readonly host: string;
  readonly httpPort: number;
  readonly grpcPort: number;
}

/** `thaw up` as a process of its own, with all apps as its children. */
export class RunningThaw {
  /** How its services are called. */
  readonly security: ClientSecurity;

  private constructor(
    readonly run: ThawRun,
    readonly dataDir: string,
    readonly settings: Readonly<Record<string, string>>,
    readonly apps: readonly AppAddress[],
    private readonly remove: () => Promise<void>,
  ) {
    this.security = clientSecurity(loadConfig(settings).config);
  }

  /** Resolves when everything is started; apps may not be ready yet. */
  static async start(settings: Readonly<Record<string, string>>, args: readonly string[]): Promise<RunningThaw> {
    const folder = await scratchFolder();
    const all = {
      THAW_DATA_DIR: folder.path,
      THAW_LOG_FORMAT: 'json',
      ...Object.fromEntries(
        ['GRAPH', 'TRAINER', 'RECOMMENDER'].flatMap((app) => [
          [`THAW_${app}_HTTP_PORT`, '0'],
          [`THAW_${app}_GRPC_PORT`, '0'],
        ]),
      ),
      ...settings,
    };
    const run = startThaw(['up', '--output', 'json', ...args], all);
    const said = once(createInterface(run.process.stdout!), 'line').then(([line]) => String(line));
    const first = await Promise.race([said, run.ended.then(({ err }) => Promise.reject(new Error(err)))]);
    const { apps } = JSON.parse(first) as { apps: AppAddress[] };
    return new RunningThaw(run, folder.path, all, apps, folder.remove);
  }

  grpc(app: string): string {
    const { host, grpcPort } = this.#app(app);
    return `${host}:${grpcPort}`;
  }

  http(app: string): string {
    const { host, httpPort } = this.#app(app);
    return `http://${host}:${httpPort}`;
  }

  /** The process of an app that runs now; undefined while it is being started again. */
  pid(app: string): number | undefined {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const found = pids.find((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`THAW_DATA_DIR=${this.dataDir}`);
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/apps/${app}/dist/main.js`);
      } catch {
        return false; // It ended between the two looks.
      }
    });
    return found === undefined ? undefined : Number(found);
  }

  kill(app: string): void {
    const pid = this.pid(app);
    if (pid === undefined) throw new Error(`apps/${app} does not run`);
    process.kill(pid, 'SIGKILL');
  }

  async stop(): Promise<void> {
    this.run.process.kill('SIGTERM');
    await this.run.ended;
    await this.remove();
  }

  #app(name: string): AppAddress {
    const found = this.apps.find((app) => app.name === name);
    if (found === undefined) throw new Error(`thaw up runs no apps/${name}`);
    return found;
  }
}
