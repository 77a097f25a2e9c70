import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testCacheDir } from '../support/broker.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/doc-tools.mjs', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const SET_UP_MS = 120_000;

/** What blocks may need, and whether this machine has it: undefined, or what is missing and how to get it. */
export type ToolName = 'python' | 'grpcurl' | 'java' | 'kafka-tools' | 'kubectl' | 'dataset' | 'validators';

export class Tools {
  readonly folder = join(testCacheDir(), 'doc-tools');

  /** Makes the quick ones that are missing; what cannot be had is told by {@link missing}. */
  static prepare(): Tools {
    const tools = new Tools();
    const wanted = (['python', 'kafka-tools'] as const).filter((tool) => !existsSync(tools.placeOf(tool)));
    if (wanted.length > 0) {
      const env = { ...process.env, THAW_CACHE_DIR: testCacheDir() };
      spawnSync(process.execPath, [SCRIPT, ...wanted], { env, timeout: SET_UP_MS, stdio: 'ignore' });
    }
    return tools;
  }

  placeOf(tool: 'python' | 'grpcurl' | 'kafka-tools' | 'validators'): string {
    if (tool === 'grpcurl') return join(this.folder, 'bin', 'grpcurl');
    return join(this.folder, tool, 'complete');
  }

  /** The jars of the embedded broker, which hold Kafka's Java client. */
  get jars(): string {
    const cache = testCacheDir();
    const found = readdirSync(cache).find((name) => name.startsWith('kafka-'));
    return join(cache, found ?? 'kafka');
  }

  missing(tool: string): string | undefined {
    const { missing, way } = this.#lookFor(tool as ToolName);
    return missing ? way : undefined;
  }

  #lookFor(tool: ToolName): { readonly missing: boolean; readonly way: string } {
    const way = `npm run docs:tools -- ${tool}`;
    switch (tool) {
      case 'python':
      case 'grpcurl':
      case 'validators':
        return { missing: !existsSync(this.placeOf(tool)), way };
      case 'kafka-tools':
        return { missing: !existsSync(this.placeOf(tool)) || !hasCommand('java'), way };
      case 'java':
        return { missing: !hasCommand('javac'), way: 'install a JDK of 17 or newer' };
      case 'kubectl':
        return { missing: !hasCommand('kubectl'), way: 'install kubectl' };
      case 'dataset':
        return { missing: !existsSync(join(DATA, 'grocery')), way: 'put the data sets into ../shared/data' };
      default:
        throw new Error(`The test knows no tool "${String(tool)}".`);
    }
  }
}

const hasCommand = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
