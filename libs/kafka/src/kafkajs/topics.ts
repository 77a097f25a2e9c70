import { setTimeout as sleep } from 'node:timers/promises';
import { ThawError } from '@thaw/contracts';
import kafkajs, { type Admin } from 'kafkajs';
import type { LogFunction, PartitionRange, TopicSpec } from '../port.js';
import { fromClient, protocolErrorType } from './errors.js';

/** Settings that change what readers see; the others tune how long and how much. */
const BINDING_SETTINGS = new Set(['cleanup.policy']);

const LEADER_TIMEOUT_MS = 15_000;
const LEADER_POLL_MS = 50;

/** Creates the topics that are missing and checks those that exist; see `Kafka.ensureTopics`. */
export async function ensureTopics(admin: Admin, specs: readonly TopicSpec[], log: LogFunction): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) await createTopics(admin, missing);
  const present = specs.filter(({ name }) => existing.has(name));
  if (present.length > 0) {
    await checkPartitions(admin, present);
    await checkSettings(admin, present, log);
  }
  return missing.map(({ name }) => name);
}

async function createTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  try {
    await admin.createTopics({
      waitForLeaders: false,
      topics: specs.map(({ name, partitions, config = {}, replicationFactor }) => ({
        topic: name,
        numPartitions: partitions,
        ...(replicationFactor !== undefined && { replicationFactor }),
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
    });
    await waitForLeaders(admin, specs);
  } catch (error) {
    throw fromClient(error, `Could not create the topics ${specs.map(({ name }) => name).join(', ')}`);
  }
}

/**
 * A new topic takes a moment to reach the metadata that brokers hand out. kafkajs's own wait takes the answer "unknown
 * topic" of that moment for a failure.
 */
async function waitForLeaders(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const deadline = Date.now() + LEADER_TIMEOUT_MS;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
      if (topics.flatMap(({ partitions }) => partitions).every(({ leader }) => leader >= 0)) return;
      if (Date.now() > deadline) throw new Error('some partitions have no leader yet');
    } catch (error) {
      const type = protocolErrorType(error);
      const pending = type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';
      if (!pending || Date.now() > deadline) throw error;
    }
    await sleep(LEADER_POLL_MS);
  }
}

async function checkPartitions(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  for (const { name, partitions } of specs) {
    const found = topics.find((topic) => topic.name === name)?.partitions.length;
    if (found === partitions) continue;
    throw new ThawError(
      'KAFKA_TOPIC_MISMATCH',
      `Topic "${name}" has ${found ?? 0} partitions where ${partitions} are configured. Keys would move between ` +
        `partitions: set the configured number to ${found ?? 0}, or delete the topic and let it be created anew.`,
      { details: { topic: name, found, wanted: partitions } },
    );
  }
}

async function checkSettings(admin: Admin, specs: readonly TopicSpec[], log: LogFunction): Promise<void> {
  const configured = specs.filter(({ config }) => config && Object.keys(config).length > 0);
  if (configured.length === 0) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: configured.map(({ name, config }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(config ?? {}),
    })),
  });
  for (const { name, config } of configured) {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    for (const [setting, wanted] of Object.entries(config ?? {})) {
      const found = entries.find(({ configName }) => configName === setting)?.configValue;
      if (found === wanted) continue;
      const details = { topic: name, setting, found, wanted };
      if (BINDING_SETTINGS.has(setting)) {
        throw new ThawError(
          'KAFKA_TOPIC_MISMATCH',
          `Topic "${name}" has ${setting}=${String(found)} where ${wanted} is needed. Change it with ` +
            `\`kafka-configs --alter --entity-type topics --entity-name ${name} --add-config ${setting}=${wanted}\`.`,
          { details },
        );
      }
      log('warn', `topic "${name}" has another ${setting} than Thaw would give it; left as it is`, details);
    }
  }
}

/** First and end offset of every partition, by partition number. */
export async function partitionRanges(admin: Admin, topic: string): Promise<PartitionRange[]> {
  try {
    // Asked for the offsets of an unknown topic, kafkajs tries again for as long as it is told to try anything.
    if (!(await admin.listTopics()).includes(topic)) {
      throw new ThawError(
        'KAFKA_TOPIC_UNKNOWN',
        `There is no topic "${topic}". Create it (\`thaw topics\`), or check its name.`,
      );
    }
    const offsets = await fetchOffsets(admin, topic);
    return offsets
      .map(({ partition, low, high }) => ({ partition, startOffset: Number(low), endOffset: Number(high) }))
      .sort((a, b) => a.partition - b.partition);
  } catch (error) {
    throw fromClient(error, `Could not read the offsets of topic "${topic}"`);
  }
}

const LEADER_TRIES = 40;
const LEADER_WAIT_MS = 250;

/** While a broker restarts, its partitions have no leader for a moment; kafkajs gives up on that at once. */
async function fetchOffsets(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (let tries = 1; ; tries++) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      const type = protocolErrorType(error);
      const isElecting = type === 'NOT_LEADER_FOR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';
      if (!isElecting || tries === LEADER_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, LEADER_WAIT_MS));
    }
  }
}
