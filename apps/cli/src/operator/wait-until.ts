import { setTimeout as sleep } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import type { GraphClient } from '@thaw/graph-reader';
import type { PartitionOffset } from '@thaw/kafka';

const POLL_MS = 100;

/** Asks again and again until there is an answer. @throws ThawError DEADLINE_PASSED that says what did not come */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined>,
  { timeoutMs, what }: { readonly timeoutMs: number; readonly what: string },
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw new ThawError(
        'DEADLINE_PASSED',
        `${what} within ${timeoutMs / 1000} s. \`thaw status\` says what is slow.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Resolves with the graph's sequence number when apps/graph has the record, on its disk. */
export async function applied(
  graph: GraphClient,
  { topic, partition, offset }: PartitionOffset,
  timeoutMs: number,
): Promise<number> {
  return await waitUntil(
    async () => {
      const { sequence, offsets } = await graph.offsets();
      const read = offsets.find((each) => each.topic === topic && each.partition === partition)?.nextOffset ?? 0;
      return read > offset ? sequence : undefined;
    },
    {
      timeoutMs,
      what: `The record is on ${topic}/${partition} at offset ${offset}, and apps/graph has not applied it`,
    },
  );
}
