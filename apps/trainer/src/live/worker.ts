import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { DirectoryBundleStore } from '@thaw/bundle';
import { prefixedTopic, ThawError } from '@thaw/contracts';
import { GraphClient, GraphReader } from '@thaw/graph-reader';
import { createKafka, type LogFunction } from '@thaw/kafka';
import { clientSecurity } from '@thaw/platform';
import type { LayerStates } from '@thaw/waml';
import { LiveEmbeddingLoop } from './live-embedding-loop.js';
import { LiveGraphConsumer } from './live-graph-consumer.js';
import { loadStates } from './load-states.js';
import type { FromLive, LiveSettings, ToLive } from './protocol.js';

/** Live embedding for one version. */

const STATISTICS_EVERY_MS = 500;

const port = parentPort;
if (port === null) throw new ThawError('INTERNAL', 'the live embedding was started as a program');
const settings = workerData as LiveSettings;
const { version, topicPrefix } = settings;
const post = (message: FromLive): void => port.postMessage(message);
const log: LogFunction = (level, message, fields) => post({ kind: 'log', level, message, fields });

const closing = new AbortController();
const { signal } = closing;
let letGo!: () => void;
const go = new Promise<void>((resolve) => (letGo = resolve));
port.on('message', ({ kind }: ToLive) => {
  if (kind === 'close') closing.abort();
  letGo();
});

try {
  const store = await DirectoryBundleStore.open(settings.bundleDir, { readOnly: true });
  const states = await loadStates(store, version);
  if (states === undefined) await waitIdly();
  else await embed(states);
} catch (thrown) {
  const { code, message } = ThawError.from(thrown);
  if (!signal.aborted) post({ kind: 'failed', code, message });
} finally {
  port.close();
}

async function waitIdly(): Promise<void> {
  log('warn', `${version} has no layer states (THAW_TRAINER_STATE_BYTES): nothing is embedded between versions`, {});
  post({ kind: 'loaded' });
  await go;
  post({ kind: 'caught-up' });
  await aborted();
}

async function embed(states: LayerStates): Promise<void> {
  const kafka = createKafka(settings.kafka, log);
  const sink = await kafka.sink();
  const client = new GraphClient({
    address: settings.graphAddress,
    setting: 'THAW_GRAPH_ADDRESS',
    ...clientSecurity({ security: settings.security }),
  });
  const consumer = new LiveGraphConsumer(states);
  const topic = prefixedTopic(topicPrefix, 'graph-changes');
  const reader = new GraphReader({ name: 'thaw-trainer-live', client, kafka, topic, consumer, log });
  const reading = reader.run(signal);
  const loop = new LiveEmbeddingLoop({ consumer, sink, topicPrefix, version });
  const statistics = setInterval(() => {
    post({ kind: 'statistics', statistics: loop.statistics, batches: loop.takeTimes() });
  }, STATISTICS_EVERY_MS);
  try {
    await Promise.race([reader.caughtUp, aborted()]);
    post({ kind: 'loaded' });
    await go;
    await loop.catchUp(signal);
    post({ kind: 'caught-up' });
    await loop.run(signal);
  } finally {
    clearInterval(statistics);
    closing.abort();
    await reading;
    client.close();
    await sink.close();
    await kafka.close();
  }
}

/** Resolves when the thread is to end. */
async function aborted(): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
