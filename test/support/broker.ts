import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface TestBroker {
  /** `host:port` of a real Kafka that all tests of this run share: use unique topic names. */
  readonly bootstrap: string;
}

/** The broker of this Jest run, started by the first call: allow that test 60 s. */
export async function testBroker(): Promise<TestBroker> {
  const path = process.env['THAW_TEST_BROKER_SOCKET'];
  if (path === undefined) throw new Error("Jest's global setup has not run: THAW_TEST_BROKER_SOCKET is not set.");
  const answer = JSON.parse(await text(connect(path))) as { bootstrap: string } | { error: string };
  if ('error' in answer) throw new Error(`The broker of the tests did not start: ${answer.error}`);
  return answer;
}

/** A topic name that no other test has. */
export const uniqueTopic = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

/** Where the broker's jars are kept, for tests that start a broker of their own. */
export function testCacheDir(): string {
  const path = process.env['THAW_CACHE_DIR'];
  if (path === undefined) throw new Error("Jest's global setup has not run: THAW_CACHE_DIR is not set.");
  return path;
}
