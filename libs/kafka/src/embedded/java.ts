import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { withWaysOut } from './advice.js';

/** Kafka 4 brokers are compiled for it. */
const OLDEST_JAVA = 17;

const run = promisify(execFile);

/** "17.0.15" and "21" are what they say; Java 8 called itself "1.8.0_392". */
export function javaMajor(versionOutput: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(versionOutput);
  return match ? Number(match[1]) : undefined;
}

/**
 * Checks that `java` runs and is new enough; returns its major version.
 * @throws ThawError BROKER_JAVA_UNUSABLE
 */
export async function requireJava(java: string, signal: AbortSignal): Promise<number> {
  let output: string;
  try {
    output = (await run(java, ['-version'], { signal })).stderr;
  } catch (error) {
    signal.throwIfAborted();
    throw withWaysOut('BROKER_JAVA_UNUSABLE', `The embedded Kafka needs Java, and "${java}" does not run.`, error);
  }
  const major = javaMajor(output);
  if (major !== undefined && major >= OLDEST_JAVA) return major;
  const found = output.split('\n')[0]?.trim() ?? '';
  throw withWaysOut(
    'BROKER_JAVA_UNUSABLE',
    `The embedded Kafka needs Java ${OLDEST_JAVA} or newer, and "${java}" is ${found === '' ? 'unknown' : found}.`,
  );
}
