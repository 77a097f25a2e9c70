import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import {
  type Caller,
  LOCAL_CALLER,
  prefixedTopic,
  type Role,
  topic,
  type TopicName,
  topicSettings,
} from '@thaw/contracts';
import type { Kafka, RecordSink } from '@thaw/kafka';
import { AuditLog, type Config, type Logger, ownCaller, requireRole } from '@thaw/platform';
import { requireKafka } from '../session/kafka.js';

/** What a command needs that writes to Kafka by itself, and is audited. */
export interface OperatorSession {
  readonly kafka: Kafka;
  readonly sink: RecordSink;
  readonly audit: AuditLog;
  readonly topicPrefix: string;
  /** Whose token the command has. Where there are none, the user of this machine: Kafka's access rules decide then. */
  readonly who: Caller;
  close(): Promise<void>;
}

/** Topics of the registry that these commands write and that may be missing where Thaw was set up before they were. */
const OWN_TOPICS: readonly TopicName[] = ['audit', 'dead-letter-marks'];

/** Who may do what, and how it is called in messages. */
export interface NeededRole {
  readonly role: Role;
  readonly what: string;
}

/** @throws ThawError PERMISSION_DENIED where the token has not the role; KAFKA_UNAVAILABLE */
export async function openOperatorSession(
  config: Config,
  logger: Logger,
  needed: NeededRole,
): Promise<OperatorSession> {
  const { topicPrefix } = config.kafka;
  const caller = ownCaller(config);
  requireRole(caller, needed.role, needed.what);
  const session = await requireKafka(config, logger);
  const { kafka } = session;
  try {
    await kafka.ensureTopics(
      OWN_TOPICS.map((name) => ({
        name: prefixedTopic(topicPrefix, name),
        partitions: topic(name).partitions,
        config: topicSettings(topic(name)),
      })),
    );
    const sink = await kafka.sink();
    const audit = new AuditLog(sink, topicPrefix, (entry, reason) =>
      logger.error({ command: entry.command, err: reason }, 'the audit topic did not take an entry'),
    );
    return {
      kafka,
      sink,
      audit,
      topicPrefix,
      who: caller === LOCAL_CALLER ? { ...caller, name: userName() } : caller,
      close: async () => {
        await sink.close();
        await session.close();
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** The id of a command that was not given one. */
export const newCommandId = (): string => randomUUID();

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // in a container, a user may have a number and no name
  }
}
