import {
  decodeCoInteractionCount,
  decodeCustomerErasure,
  decodeInteraction,
  decodeListing,
  decodeProduct,
  type InputTopic,
} from '@thaw/contracts';
import type { GraphEngine } from '@thaw/graph';
import type { SourceRecord } from '@thaw/kafka';

/** Which topics the graph reads, by who counts. */
export const INPUTS = {
  embedded: ['products', 'listings', 'interactions', 'erasures'],
  external: ['products', 'listings', 'co-interactions'],
} as const satisfies Record<string, readonly InputTopic[]>;

/** What became of a record. */
export const OUTCOMES = [
  'added',
  'changed',
  'counted',
  'erased',
  'refreshed',
  'duplicate',
  'late',
  'future_dated',
  'undecodable',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
type Applied = Exclude<Outcome, 'undecodable'>;

/**
 * Decodes a record and hands the event to the engine.
 *
 * @throws DecodeError where the record is not what its topic promises.
 */
export function applyRecord(engine: GraphEngine, topic: InputTopic, record: SourceRecord): Applied {
  const { value, headers, key, timestampMs } = record;
  switch (topic) {
    case 'interactions':
      return engine.interaction(decodeInteraction(value, headers), timestampMs);
    case 'listings':
      return engine.listing(decodeListing(value, headers), timestampMs);
    case 'products':
      return engine.product(decodeProduct(value, headers), timestampMs);
    case 'erasures':
      return engine.erasure(decodeCustomerErasure(value, headers), timestampMs);
    case 'co-interactions':
      return engine.coInteraction(decodeCoInteractionCount(value, headers, key));
  }
}
