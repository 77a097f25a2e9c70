import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import type { LogFunction } from '../port.js';
import { identify, isAlive, readIdentity } from './identity.js';

/** What stays the same across restarts on one data directory. */
export interface BrokerState {
  readonly clusterId: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly formatted: boolean;
}

/** The files of an embedded broker, under one lock. Kafka holds a lock of its own on its logs; this one explains. */
export class DataDir {
  readonly logs: string;
  readonly properties: string;
  readonly output: string;
  private readonly lock: string;
  private readonly jvm: string;
  private readonly state: string;

  private constructor(readonly path: string) {
    this.logs = join(path, 'log');
    this.properties = join(path, 'server.properties');
    this.output = join(path, 'broker.log');
    this.lock = join(path, 'broker.lock');
    this.jvm = join(path, 'broker.pid');
    this.state = join(path, 'broker.json');
  }

  /** @throws ThawError BROKER_DATA_LOCKED */
  static async open(path: string, log: LogFunction): Promise<DataDir> {
    await mkdir(path, { recursive: true });
    const dataDir = new DataDir(path);
    await dataDir.acquire();
    await dataDir.stopOrphan(log);
    return dataDir;
  }

  async readState(): Promise<BrokerState | undefined> {
    try {
      return JSON.parse(await readFile(this.state, 'utf8')) as BrokerState;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async writeState(state: BrokerState): Promise<void> {
    const draft = `${this.state}.${randomUUID()}`;
    await writeFile(draft, JSON.stringify(state, null, 2));
    await rename(draft, this.state);
  }

  /** Notes the broker's process, so that a later start can find it should it outlive its parent. */
  async writeJvm(pid: number): Promise<void> {
    await writeFile(this.jvm, JSON.stringify(await identify(pid)));
  }

  async release(): Promise<void> {
    await rm(this.jvm, { force: true });
    await rm(this.lock, { force: true });
  }

  private async acquire(): Promise<void> {
    const own = JSON.stringify(await identify(process.pid));
    for (;;) {
      try {
        await writeFile(this.lock, own, { flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readIdentity(this.lock);
      if (holder && (await isAlive(holder))) {
        throw new ThawError(
          'BROKER_DATA_LOCKED',
          `Process ${holder.pid} already runs an embedded Kafka on ${this.path}. Stop it, or choose another data ` +
            'directory (THAW_DATA_DIR).',
          { details: { dataDir: this.path, pid: holder.pid } },
        );
      }
      await rm(this.lock, { force: true });
    }
  }

  private async stopOrphan(log: LogFunction): Promise<void> {
    const orphan = await readIdentity(this.jvm);
    if (!orphan || orphan.startTicks === null || !(await isAlive(orphan))) return;
    log('warn', 'stopping the broker of an earlier run, which has outlived its parent', { pid: orphan.pid });
    process.kill(orphan.pid, 'SIGKILL');
    while (await isAlive(orphan)) await sleep(20);
  }
}
