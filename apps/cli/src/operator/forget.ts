import { prefixedTopic, ThawError } from '@thaw/contracts';
import { erasureKey } from '@thaw/graph';
import type { GraphClient } from '@thaw/graph-reader';
import { z } from 'zod';
import { toRecord } from '../feed/records.js';
import { applied } from './wait-until.js';
import { earlierAnswer } from './earlier-command.js';
import type { OperatorSession } from './operator-session.js';
import { COMMAND_ID_HEADER, produceOne } from './produce-one.js';

export const FORGET = 'Forget';

const answer = z.object({
  /** Interactions up to this time are forgotten; Unix epoch milliseconds. */
  erasedUntilMs: z.number(),
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  /** Of the graph when it had applied the erasure. */
  graphSequence: z.number(),
  /** Unix epoch milliseconds, as this machine's clock has it. */
  appliedAtMs: z.number(),
  /** Products that the history held before, and after (those of interactions that are dated later). */
  productsBefore: z.number(),
  productsAfter: z.number(),
});

/** Says that and how a customer was forgotten. */
export interface ErasureReceipt extends z.infer<typeof answer> {
  readonly commandId: string;
  readonly customerId: string;
}

export interface ForgetRequest {
  readonly commandId: string;
  readonly customerId: string;
  readonly reason: string;
  readonly timeoutMs: number;
  readonly nowMs: number;
}

/** The receipt of the erasure that was done under this command id before; undefined where there was none. */
export async function earlierReceipt(
  session: OperatorSession,
  { commandId, customerId }: Pick<ForgetRequest, 'commandId' | 'customerId'>,
): Promise<ErasureReceipt | undefined> {
  const asked = { customer: erasureKey(customerId) };
  const earlier = await earlierAnswer(session, { commandId, command: FORGET, asked });
  return earlier === undefined ? undefined : { commandId, customerId, ...answer.parse(earlier) };
}

/**
 * Produces the erasure, and waits until apps/graph has applied it. The audit, which is kept for ever, names the customer by
 * the hash that apps/graph keeps too.
 *
 * @throws ThawError REQUEST_INVALID where a distributed counter counts; DEADLINE_PASSED
 */
export async function forget(
  session: OperatorSession,
  graph: GraphClient,
  { commandId, customerId, reason, timeoutMs, nowMs }: ForgetRequest,
): Promise<ErasureReceipt> {
  const { audit, topicPrefix, who } = session;
  const customer = erasureKey(customerId);
  const before = await graph.customer(customerId);
  let state: unknown = { products: before.products };
  const erasedUntilMs = Math.max(nowMs, before.erasedUntilMs + 1); // further than any before it, or it would change nothing
  const command = { commandId, command: FORGET, who, reason, request: { customer }, state: () => state };
  const done = await audit.around(command, async (): Promise<z.infer<typeof answer>> => {
    const record = toRecord({ topic: 'erasures', value: { customerId, eventTimeMs: erasedUntilMs } });
    const mark = { header: COMMAND_ID_HEADER, value: commandId };
    const place = await produceOne(session, prefixedTopic(topicPrefix, 'erasures'), record, mark);
    const graphSequence = await applied(graph, place, timeoutMs);
    const after = await graph.customer(customerId);
    state = { products: after.products };
    if (after.erasedUntilMs < erasedUntilMs) {
      throw new ThawError(
        'EVENT_FUTURE_DATED',
        `apps/graph refused the erasure at ${place.topic}/${place.partition}, offset ${place.offset}: the clock of this ` +
          'machine is ahead of the broker. Set it right and do this again.',
      );
    }
    return {
      ...place,
      erasedUntilMs,
      graphSequence,
      appliedAtMs: Date.now(),
      productsBefore: before.products,
      productsAfter: after.products,
    };
  });
  return { commandId, customerId, ...done };
}
