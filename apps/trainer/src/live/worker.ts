import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { DirectoryBundleStore } from '@thaw/bundle';
import { prefixedTopic, ThawError } from '@thaw/contracts';
import { GraphClient, GraphReader } from '@thaw/graph-reader';
import { createKafka, type LogFunction } from '@thaw/kafka';
import { clientSecurity } from '@thaw/platform';
import { embeddingRecords, sendEmbeddings } from './embedding-topic.js';
import { LiveGraphConsumer } from './live-graph-consumer.js';
import { loadStates } from './load-states.js';
import type { FromLive, LiveSettings, ToLive } from './protocol.js';

/** Nodes are embedded together this often: a node that changes ten times in between is embedded once. */
const BATCH_EVERY_MS = 100;
/** Nodes at once: it bounds how long the reading of changes waits, and what is sent in one piece. */
const MAX_BATCH = 64;
const STATISTICS_EVERY_MS = 500;

const port = parentPort;
if (port === null) throw new ThawError('INTERNAL', 'the live embedding was started as a program');
const settings = workerData as LiveSettings;
const post = (message: FromLive): void => port.postMessage(message);
const log: LogFunction = (level, message, fields) => post({ kind: 'log', level, message, fields });

const closing = new AbortController();
const { signal } = closing;
const kafka = createKafka(settings.kafka, log);
const sink = await kafka.sink();
const store = await DirectoryBundleStore.open(settings.bundleDir, { readOnly: true });
const { credentials } = clientSecurity({ security: settings.security });
const client = new GraphClient({ address: settings.graphAddress, credentials, setting: 'THAW_GRAPH_ADDRESS' });

let version = '';
let totals = { embedded: 0, removed: 0, lagSeconds: 0, batchSeconds: 0 };
/** One after the other: preparing a version and embedding for it share the embedder. */
let turn: Promise<unknown> = Promise.resolve();
const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
  const done = turn.then(work);
  turn = done.catch(() => undefined);
  return done;
};

const consumer = new LiveGraphConsumer(() => {
  if (version !== '') void prepare(version).catch((error: unknown) => complain(error));
});
const complain = (thrown: unknown): void => {
  const { code, message } = ThawError.from(thrown);
  log('error', `live embedding: ${message}`, { code });
};

const topic = prefixedTopic(settings.topicPrefix, 'graph-changes');
const reader = new GraphReader({ name: 'thaw-trainer-live', client, kafka, topic, consumer, log });
const reading = reader.run(signal);

/** Embeds for a version, and resolves when all that changed since it was made is on the topic. */
async function prepare(name: string): Promise<void> {
  await reader.caughtUp;
  await inTurn(async () => {
    const states = await loadStates(store, name);
    version = name;
    if (states === undefined) {
      consumer.stop();
      log('warn', `version ${name} has no layer states: nothing is embedded until the next version`, {});
      return;
    }
    consumer.use(states);
    while (consumer.pending > 0) await embedBatch();
  });
}

async function embedBatch(): Promise<void> {
  const startMs = performance.now();
  const { sequence, causedAtMs } = consumer;
  const batch = consumer.reembed(MAX_BATCH);
  const records = embeddingRecords(batch, { version, graphSequence: sequence });
  if (records.length === 0) return;
  await sendEmbeddings(sink, settings.topicPrefix, records);
  totals = {
    embedded: totals.embedded + batch.embedded.length,
    removed: totals.removed + batch.removed.length,
    lagSeconds: causedAtMs === 0 ? 0 : Math.max(0, Date.now() - causedAtMs) / 1000,
    batchSeconds: (performance.now() - startMs) / 1000,
  };
}

async function embedForEver(): Promise<void> {
  while (!signal.aborted) {
    try {
      await inTurn(embedBatch);
    } catch (error) {
      complain(error);
    }
    if (consumer.pending === 0) await delay(BATCH_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
const embedding = embedForEver();
const statistics = setInterval(() => {
  post({ kind: 'statistics', statistics: { version, pending: consumer.pending, ...totals } });
}, STATISTICS_EVERY_MS);

port.on('message', (message: ToLive) => {
  if (message.kind === 'close') {
    void close();
    return;
  }
  const { id } = message;
  prepare(message.version).then(
    () => post({ kind: 'prepared', id }),
    (thrown: unknown) => {
      const error = ThawError.from(thrown);
      post({ kind: 'refused', id, code: error.code, message: error.message });
    },
  );
});

async function close(): Promise<void> {
  closing.abort();
  clearInterval(statistics);
  await Promise.all([reading, embedding]);
  client.close();
  await sink.close();
  await kafka.close();
  port?.close();
}
