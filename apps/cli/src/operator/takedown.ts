import { type graph, prefixedTopic, ThawError } from '@thaw/contracts';
import type { GraphClient } from '@thaw/graph-reader';
import type { PartitionOffset } from '@thaw/kafka';
import { z } from 'zod';
import type { RecommenderClient } from '../clients/recommender.js';
import { toRecord } from '../feed/records.js';
import type { OperatorSession } from './operator-session.js';
import { earlierAnswer } from './earlier-command.js';
import { COMMAND_ID_HEADER, produceOne } from './produce-one.js';
import { applied, waitUntil } from './wait-until.js';

export interface TakedownRequest {
  readonly commandId: string;
  readonly productId: string;
  readonly reason: string;
  readonly timeoutMs: number;
  readonly nowMs: number;
  /** As apps/graph knew it just before. */
  readonly before: graph.GetProductResponse;
}

const answer = z.object({
  commandId: z.string(),
  productId: z.string(),
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  /** Event time of the removal, Unix epoch milliseconds. */
  removedAtMs: z.number(),
  /** Of the graph when it had applied the removal. */
  graphSequence: z.number(),
  /** From the record to the recommender's obeying it, milliseconds. */
  tookMs: z.number(),
});
export type Takedown = Readonly<z.infer<typeof answer>>;

const TAKEDOWN = 'Takedown';

/** What was answered to the takedown under this command id; undefined where there was none. @throws ThawError REQUEST_INVALID */
export async function earlierTakedown(
  session: OperatorSession,
  { commandId, productId }: Pick<TakedownRequest, 'commandId' | 'productId'>,
): Promise<Takedown | undefined> {
  const earlier = await earlierAnswer(session, { commandId, command: TAKEDOWN, asked: { productId } });
  return earlier === undefined ? undefined : answer.parse(earlier);
}

/** Whether the catalogue has the product as removed already. */
export const isTakenDown = ({ active, eventTimeMs }: graph.GetProductResponse): boolean => !active && eventTimeMs > 0;

/** Removes a product from the catalogue, and waits until no answer holds it. @throws ThawError DEADLINE_PASSED */
export async function takedown(
  session: OperatorSession,
  { graph, recommender }: { readonly graph: GraphClient; readonly recommender: RecommenderClient },
  { commandId, productId, reason, timeoutMs, nowMs, before }: TakedownRequest,
): Promise<Takedown> {
  const { audit, topicPrefix, who } = session;
  // The newest event time wins, and at equal times a removal does.
  const removedAtMs = Math.max(nowMs, before.eventTimeMs);
  let state: unknown = standing(before);
  const command = { commandId, command: TAKEDOWN, who, reason, request: { productId }, state: () => state };
  return await audit.around(command, async () => {
    const startedAt = performance.now();
    const texts = { categoryId: '', title: '', description: '' };
    const event = { productId, ...texts, status: 'removed', eventTimeMs: removedAtMs } as const;
    const record = toRecord({ topic: 'products', value: event });
    const mark = { header: COMMAND_ID_HEADER, value: commandId };
    const place = await produceOne(session, prefixedTopic(topicPrefix, 'products'), record, mark);
    const graphSequence = await applied(graph, place, timeoutMs);
    const after = await graph.product(productId);
    state = standing(after);
    if (after.active) throw outdone(place, after.eventTimeMs);
    await waitUntil(async () => ((await isServed(recommender, productId, graphSequence)) ? undefined : true), {
      timeoutMs,
      what: `apps/graph has removed ${productId} at change ${graphSequence}, and the recommender has not followed`,
    });
    return {
      ...place,
      commandId,
      productId,
      removedAtMs,
      graphSequence,
      tookMs: performance.now() - startedAt,
    };
  });
}

const standing = ({ active, candidate, customers, listings, eventTimeMs }: graph.GetProductResponse) => ({
  active,
  candidate,
  customers,
  listings,
  eventTimeMs,
});

/** Whether an answer may still hold the product: until the recommender has come to the change, it may. */
async function isServed(recommender: RecommenderClient, productId: string, sequence: number): Promise<boolean> {
  const { context } = await recommender.servingStatus();
  if ((context?.graphSequence ?? 0) < sequence) return true;
  return await recommender.product(productId).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ThawError && error.code === 'PRODUCT_UNKNOWN') return false;
      throw error;
    },
  );
}

function outdone({ topic, partition, offset }: PartitionOffset, eventTimeMs: number): ThawError {
  return new ThawError(
    'EVENT_FUTURE_DATED',
    `The removal at ${topic}/${partition}, offset ${offset}, has no effect: the product has an event of ` +
      `${new Date(eventTimeMs).toISOString()}, which is later. Do this again.`,
  );
}
