import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  pid: z.int().positive(),
  startedAtMs: z.number(),
  brokers: z.array(z.string()).min(1),
  apps: z.array(z.object({ name: z.string(), httpPort: z.number(), grpcPort: z.number() })),
});

/** What `thaw up` notes in its data directory, so that commands beside it find what it runs. */
export type Running = z.infer<typeof schema>;

const pathIn = (dataDir: string): string => join(dataDir, 'running.json');

export function writeRunning(dataDir: string, running: Running): void {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${pathIn(dataDir)}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(running, null, 2));
  renameSync(draft, pathIn(dataDir));
}

export const removeRunning = (dataDir: string): void => rmSync(pathIn(dataDir), { force: true });

/** The `thaw up` of this data directory; undefined when none runs, or when what it left behind makes no sense. */
export function findRunning(dataDir: string): Running | undefined {
  let text: string;
  try {
    text = readFileSync(pathIn(dataDir), 'utf8');
  } catch {
    return undefined; // Never started here, or stopped as it should.
  }
  try {
    const running = schema.parse(JSON.parse(text));
    process.kill(running.pid, 0);
    return running;
  } catch {
    return undefined; // Cut off while it was written, or its process is gone: it was killed.
  }
}
