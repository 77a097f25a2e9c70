import { count, duration, table } from '../terminal/format.js';
import type { ErasureReceipt } from './forget.js';
import type { Takedown } from './takedown.js';

const at = (ms: number): string => new Date(ms).toISOString();
const place = (topic: string, partition: number, offset: number): string =>
  `${topic}/${partition}, offset ${count(offset)}`;

/** The receipt of an erasure as a person keeps it. */
export function receiptAsText(receipt: ErasureReceipt): string {
  const { customerId, erasedUntilMs, topic, partition, offset, graphSequence, appliedAtMs, commandId } = receipt;
  const { productsBefore, productsAfter } = receipt;
  const left = productsAfter === 0 ? '' : `; ${count(productsAfter)} of later interactions stay`;
  return [
    `${customerId} is forgotten.`,
    '',
    table([
      ['interactions until', at(erasedUntilMs)],
      [
        'taken back',
        `${count(productsBefore - productsAfter)} products of the history, with every pair they made${left}`,
      ],
      ['applied', `${at(appliedAtMs)}, change ${count(graphSequence)} of the graph`],
      ['record', place(topic, partition, offset)],
      ['command', commandId],
      ['kept', 'a hash of the id, so that what is delivered again stays out; and the original records on'],
      ['', 'the topic interactions, until retention or whoever runs Kafka deletes them'],
    ]),
  ].join('\n');
}

/** A takedown in a few lines. */
export function takedownAsText(takedown: Takedown): string {
  const { productId, removedAtMs, topic, partition, offset, graphSequence, tookMs, commandId } = takedown;
  return [
    `${productId} is taken down: no answer holds it any more.`,
    '',
    table([
      ['removed as of', at(removedAtMs)],
      ['obeyed', `${duration(tookMs)} later, change ${count(graphSequence)} of the graph`],
      ['record', place(topic, partition, offset)],
      ['command', commandId],
      ['undo', `thaw produce products '{"product_id":…,"event_time":…}' with its attributes and a later time`],
    ]),
  ].join('\n');
}
