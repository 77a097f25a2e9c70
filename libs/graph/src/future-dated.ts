import type { GraphSettings } from './settings.js';

/**
 * Whether an event is refused for being dated further ahead of its record than the settings allow. The record's own
 * (Kafka) time decides, not a clock, so that a replay of the topics refuses the same events.
 */
export function isFutureDated(
  eventTimeMs: number,
  recordTimeMs: number,
  { maxFutureSkewMs }: Pick<GraphSettings, 'maxFutureSkewMs'>,
): boolean {
  return eventTimeMs > recordTimeMs + maxFutureSkewMs;
}
