import { deadLetterTopic, INPUT_TOPICS, prefixedTopic, ThawError, TOPICS, type TopicName } from '@thaw/contracts';
import type { GraphClient } from '@thaw/graph-reader';
import type { Kafka } from '@thaw/kafka';
import type { Config } from '@thaw/platform';
import { surveyLetters } from '../dead-letters/survey.js';
import type { KafkaSession } from '../session/kafka.js';
import { count, duration } from '../terminal/format.js';
import { type Check, fail, type Finding, ok, skipped, warn } from './check.js';

/** Records that a graph that keeps up has not read, at most: some seconds of a busy marketplace. */
const LARGE_LAG = 50_000;
/** Clocks that differ by this put events into the wrong order; by the second, they are refused some day. */
const SKEW_WARN_MS = 2000;
const SKEW_FAIL_MS = 60_000;
const NO_KAFKA = 'no Kafka to ask';

/** @param aheadMs how far another clock is ahead of this one; negative: behind */
export function clockFinding(whose: string, aheadMs: number): Finding {
  const apart = Math.abs(aheadMs);
  const what = `${whose} is ${duration(apart)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's clock`;
  const todo = 'Set both clocks by NTP: event times decide who wins.';
  if (apart > SKEW_FAIL_MS) return fail(what, todo);
  return apart > SKEW_WARN_MS ? warn(what, todo) : ok(`${whose} agrees with this machine's clock`);
}

export interface KafkaQuestion {
  readonly config: Config;
  /** Undefined where none is configured or runs; rejects where it does not answer. */
  readonly session: Promise<KafkaSession | undefined>;
  readonly graph: GraphClient;
}

/** Asks with the session, or says that there is none: that the broker does not answer is said once. */
async function withKafka({ session }: KafkaQuestion, ask: (kafka: Kafka) => Promise<Finding>): Promise<Finding> {
  const open = await session.catch(() => undefined);
  return open === undefined ? skipped(NO_KAFKA) : await ask(open.kafka);
}

async function broker({ session, config }: KafkaQuestion): Promise<Finding> {
  const open = await session;
  if (open !== undefined)
    return ok(`Kafka answers at ${open.brokers.join(', ')} (${open.origin}), cluster ${open.clusterId}`);
  return warn(
    `no Kafka runs for ${config.paths.dataDir}, and KAFKA_BROKERS is not set`,
    'Start `thaw up`, or name your own Kafka.',
  );
}

async function topics(kafka: Kafka, { config }: KafkaQuestion): Promise<Finding> {
  const missing: string[] = [];
  const different: string[] = [];
  await Promise.all(
    [...TOPICS].map(async ([name, { partitions }]) => {
      const found = await partitionsOf(kafka, prefixedTopic(config.kafka.topicPrefix, name));
      if (found === undefined) missing.push(name);
      else if (found !== partitions) different.push(`${name} has ${found} partitions instead of ${partitions}`);
    }),
  );
  if (different.length > 0) return fail(different.join('; '), 'Make these topics anew, as `thaw topics` has them.');
  if (missing.length === 0) return ok(`all ${TOPICS.size} topics are there`);
  const needed = missing.filter((name) => !isOptional(name as TopicName, config));
  const what = `missing: ${missing.join(', ')}`;
  const todo = '`thaw up` makes those that are missing, or make them as `thaw topics` has them.';
  return needed.length > 0 ? fail(what, todo) : ok(`all topics that are needed are there (${what})`);
}

/** Topics of a counter that is not in use, and those that commands make when they first need them. */
function isOptional(name: TopicName, { graph }: Config): boolean {
  if (name === 'dead-letter-marks') return true;
  return graph.counter === 'embedded' && name.startsWith('co-interactions');
}

async function partitionsOf(kafka: Kafka, name: string): Promise<number | undefined> {
  return await kafka.offsets(name).then(
    (ranges) => ranges.length,
    (error: unknown) => {
      if (error instanceof ThawError && error.code === 'KAFKA_TOPIC_UNKNOWN') return undefined;
      throw error;
    },
  );
}

async function lag(kafka: Kafka, { graph, config }: KafkaQuestion, timeoutMs: number): Promise<Finding> {
  const answer = await graph.offsets(timeoutMs).catch(() => undefined);
  if (answer === undefined) return skipped('apps/graph does not answer');
  const read = new Map(answer.offsets.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
  const inputs = INPUT_TOPICS.filter(
    (name) =>
      (name === 'co-interactions') === (config.graph.counter === 'external') ||
      name === 'products' ||
      name === 'listings',
  );
  let behind = 0;
  for (const name of inputs) {
    const topic = prefixedTopic(config.kafka.topicPrefix, name);
    for (const { partition, startOffset, endOffset } of await kafka.offsets(topic)) {
      behind += Math.max(0, endOffset - (read.get(`${topic}/${partition}`) ?? startOffset));
    }
  }
  const what = `the graph is ${count(behind)} records behind`;
  if (behind <= LARGE_LAG) return ok(what);
  return warn(what, 'Watch it with `thaw watch`: it should shrink. If not, the machine is too slow for the stream.');
}

async function recordClock(kafka: Kafka, { config }: KafkaQuestion): Promise<Finding> {
  const tail = await kafka.tailRecord(prefixedTopic(config.kafka.topicPrefix, 'graph-changes'), 0);
  if (tail === undefined) return skipped('no record to compare clocks with');
  // A record of the past says nothing; one of the future does.
  return clockFinding('the newest record of graph-changes', Math.max(0, tail.timestampMs - Date.now()));
}

async function deadLetters(kafka: Kafka, { config }: KafkaQuestion): Promise<Finding> {
  const { topics: surveys } = await surveyLetters(kafka, config.kafka.topicPrefix, { limit: 0, all: false });
  const open = surveys.filter((survey) => survey.open > 0);
  if (open.length === 0) return ok('no dead letter is open');
  const list = open.map((survey) => `${deadLetterTopic(survey.topic)} ${count(survey.open)}`).join(', ');
  return warn(`dead letters are open: ${list}`, '`thaw dead-letters list` says why; replay or drop them.');
}

/** What Kafka has to say. @param callMs for one call of apps/graph */
export function kafkaChecks(question: KafkaQuestion, callMs: number): Check[] {
  return [
    { name: 'broker', run: () => broker(question) },
    { name: 'topics', run: () => withKafka(question, (kafka) => topics(kafka, question)) },
    { name: 'lag', run: () => withKafka(question, (kafka) => lag(kafka, question, callMs)) },
    { name: 'clock', run: () => withKafka(question, (kafka) => recordClock(kafka, question)) },
    { name: 'dead letters', run: () => withKafka(question, (kafka) => deadLetters(kafka, question)) },
  ];
}
