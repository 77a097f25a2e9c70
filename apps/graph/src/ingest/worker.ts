import { ThawError } from '@thaw/contracts';
import { funnel } from '@thaw/graph';
import { createKafka } from '@thaw/kafka';
import { RocksGraphStore } from '@thaw/store';
import { parentPort, workerData } from 'node:worker_threads';
import { crashPoints } from './crash-points.js';
import { IngestPipeline } from './pipeline.js';
import * as questions from './questions.js';
import type { ErrorMessage, FromIngest, IngestSettings, IngestStatistics, Question } from './protocol.js';
import { Streams } from './streams.js';

/** How often the main thread is told the numbers. */
const STATISTICS_INTERVAL_MS = 500;
/** Asking the broker for end offsets and the disk for sizes is dearer than the rest: every so many times. */
const SLOW_STATISTICS_EVERY = 6;

if (!parentPort) throw new Error('the ingest is started as a worker thread by IngestThread');
const port = parentPort;
const settings = workerData as IngestSettings;
const post = (message: FromIngest): void => port.postMessage(message);
const asMessage = (error: unknown): ErrorMessage => {
  const { code, message } = ThawError.from(error);
  return { code, message };
};

async function run(): Promise<void> {
  const crashPoint = crashPoints(settings.crash, () => process.kill(process.pid, 'SIGKILL'));
  const store = await RocksGraphStore.open({ folder: settings.stateFolder });
  const kafka = createKafka(settings.kafka, (level, message, fields) =>
    post({ kind: 'log', level, message, fields: structuredCloneable(fields) }),
  );
  const pipeline = await IngestPipeline.start({
    ...settings,
    kafka,
    store,
    crashPoint,
    now: () => Date.now(),
    onStoreTrouble: (reason) => post({ kind: 'trouble', reason: reason ? asMessage(reason) : null }),
  });
  post({ kind: 'consuming' });
  pipeline.done.catch((error: unknown) => post({ kind: 'failed', reason: asMessage(error) }));

  const streams = new Streams({ pipeline, store, topicPrefix: settings.topicPrefix, counter: settings.counter });
  const reporter = startReporting(pipeline, store);
  const close = async (): Promise<void> => {
    clearInterval(reporter);
    await pipeline.close();
    await kafka.close();
    await store.close();
  };
  const answer = async ({ kind, ask }: Question): Promise<unknown> => {
    switch (kind) {
      case 'funnel':
        return funnel(pipeline.engine.state);
      case 'count':
        return await questions.count(pipeline.engine, store, ask.a, ask.b);
      case 'offsets':
        return await questions.offsets(pipeline);
      case 'product':
        return await questions.product(pipeline, ask);
      case 'customer':
        return await questions.customer(pipeline, ask);
      case 'backupOpen':
        return await streams.openBackup();
      case 'readOpen':
        return await streams.openCopy(ask);
      case 'readNext':
        crashPoint('during_read');
        return streams.next(ask);
      case 'readClose':
        streams.close(ask);
        return null;
      case 'close':
        await close();
        return null;
    }
  };
  port.on('message', (question: Question) => {
    answer(question).then(
      (value) => {
        post({ kind: 'answer', id: question.id, answer: value });
        if (question.kind === 'close') port.close();
      },
      (error: unknown) => post({ kind: 'refusal', id: question.id, reason: asMessage(error) }),
    );
  });
}

function startReporting(pipeline: IngestPipeline, store: RocksGraphStore): NodeJS.Timeout {
  let round = 0;
  let known: SlowStatistics = { lag: {}, lagKnownMs: 0, storeBytes: 0 };
  const refresh = async (): Promise<void> => {
    known = { ...known, storeBytes: await store.sizeBytes() };
    known = { ...known, lag: Object.fromEntries(await pipeline.lag()), lagKnownMs: Date.now() };
  };
  const report = (): void => {
    if (round++ % SLOW_STATISTICS_EVERY === 0) {
      refresh().catch((error: unknown) => {
        post({ kind: 'log', level: 'warn', message: 'lag or size unknown', fields: asMessage(error) });
      });
    }
    post({ kind: 'statistics', statistics: statistics(pipeline, store, known) });
  };
  report();
  return setInterval(report, STATISTICS_INTERVAL_MS);
}

type SlowStatistics = Pick<IngestStatistics, 'lag' | 'lagKnownMs' | 'storeBytes'>;

function statistics(pipeline: IngestPipeline, store: RocksGraphStore, known: SlowStatistics): IngestStatistics {
  const { engine, tally, outbox } = pipeline;
  const counter = engine.state.counting.counter.stats;
  return {
    ...tally.take(),
    ...known,
    outOfOrder: engine.outOfOrder,
    unknownProducts: engine.unknownProducts,
    stalledDeadLetters: pipeline.stalledDeadLetters,
    increments: counter.increments,
    decrements: counter.decrements,
    funnel: funnel(engine.state),
    sequence: engine.state.sequence,
    publishedSequence: outbox.publishedSequence,
    outboxBytes: outbox.backlogBytes,
    storeBackgroundErrors: store.health().backgroundErrors,
    memoryBytes: counter.memoryBytes + engine.state.listings.sizeBytes,
  };
}

/** Log fields may hold errors and functions, which do not cross threads: JSON does. */
function structuredCloneable(fields: object): object {
  return JSON.parse(
    JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value)),
  ) as object;
}

run().catch((error: unknown) => post({ kind: 'failed', reason: asMessage(error) }));
