import { Server } from '@grpc/grpc-js';
import { Module } from '@nestjs/common';
import { DirectoryBundleStore } from '@thaw/bundle';
import { decodeAudit, prefixedTopic, ThawError } from '@thaw/contracts';
import { GraphClient, GraphReader } from '@thaw/graph-reader';
import { createKafka, type Kafka } from '@thaw/kafka';
import {
  appMetrics,
  AuditLog,
  BearerTokens,
  clientSecurity,
  type Config,
  type Environment,
  graphAddress,
  HealthModule,
  kafkaConnection,
  listenGrpc,
  type Logger,
  Metrics,
  Readiness,
  requireSafeListening,
  serverCredentials,
  SETTINGS,
  type Shutdown,
  startHttpApp,
  stopGrpc,
  tlsOptions,
} from '@thaw/platform';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LiveEmbedding } from './live/live-embedding.js';
import { LiveThread } from './live/live-thread.js';
import { trainerMetrics, type TrainerMetrics } from './metrics.js';
import { activityReader } from './policy/activity-reader.js';
import { GraphActivity } from './policy/graph-activity.js';
import { runInProcess } from './run/run-process.js';
import { RunFile } from './run/run-file.js';
import { trainingLog } from './run/training-words.js';
import { WorkFolders } from './run/work-folders.js';
import { CommandLog } from './service/command-log.js';
import { operatorService, operatorServiceDefinition } from './service/operator-service.js';
import { pauseAfter } from './service/pause.js';
import { type Pause, Trainer } from './trainer.js';
import { VersionLedger } from './versions/version-ledger.js';
import { readVersions, versionWriter } from './versions/version-topic.js';

export interface RunningTrainerApp {
  readonly httpUrl: string;
  readonly grpcPort: number;
}

export interface TrainerAppOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly brokers: readonly string[];
  readonly logger: Logger;
  readonly shutdown: Shutdown;
}

/** The same hashes in every version, so that two versions of one graph differ in what was learned only. */
const SEED = 1;

/** A version that waited this long for its live embeddings, because the graph does not answer, is served without. */
const CATCH_UP_MS = 300_000;

/** Starts probes and metrics, live embedding, the trainer, and the operator service. All is registered for shutdown. */
export async function startTrainerApp(options: TrainerAppOptions): Promise<RunningTrainerApp> {
  const { config, brokers, logger, shutdown } = options;
  requireSafeListening(config);
  const readiness = new Readiness();
  const metrics = new Metrics();
  const { dataDir, bundleDir } = config.paths;
  appMetrics(metrics, { app: 'trainer', readiness, folders: { data: dataDir, bundles: bundleDir } });
  const told = trainerMetrics(metrics);
  const { host } = config.http;
  const http = await startHttpApp(healthOnly(readiness, metrics), {
    host,
    port: config.trainer.httpPort,
    portSetting: SETTINGS.trainer.httpPort.name,
    logger,
    tls: tlsOptions(config),
  });
  shutdown.add('http', async () => await http.app.close());

  const log = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: object): void =>
    logger[level](fields ?? {}, message);
  const connection = kafkaConnection(config.kafka, brokers, 'thaw-trainer');
  const kafka = createKafka(connection, log);
  shutdown.add('kafka', async () => await kafka.close());
  const sink = await kafka.sink();
  shutdown.add('sink', async () => await sink.close());
  const { topicPrefix } = config.kafka;

  const liveSettings = {
    kafka: connection,
    topicPrefix,
    graphAddress: graphAddress(config),
    bundleDir,
    security: config.security,
  };
  const listener = { log, onBatches: told.onLiveBatches };
  const live = new LiveEmbedding({
    start: (version) => new LiveThread({ ...liveSettings, version }, listener),
    logger,
  });
  shutdown.add('live embedding', async () => await live.close());

  const ledger = new VersionLedger(versionWriter(sink, topicPrefix));
  await readVersions(kafka, topicPrefix, (record) => ledger.take(record));
  const audit = new AuditLog(sink, topicPrefix, ({ command, who }, reason) =>
    logger.error({ err: reason, command, who }, 'a command that failed could not be audited'),
  );
  const { commands, pause } = await openCommandLog(kafka, audit, topicPrefix);

  const activity = new GraphActivity(ledger.list(1)[0]?.graphSequence);
  const reader = followActivity(options, kafka, activity);
  const trainer = await openTrainer(options, { live, ledger, activity, events: told.events });
  trainer.pause = pause;
  shutdown.add('trainer', async () => await trainer.close());
  told.observe({ trainer, ledger, activity, live, lagSeconds: () => reader.status.lagSeconds });
  readiness.add('graph', () => {
    const { caughtUp, state, reason } = reader.status;
    return caughtUp ? { ok: true } : { ok: false, reason: reason?.message ?? `${state} the graph` };
  });

  const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 });
  server.addService(
    operatorServiceDefinition,
    operatorService({
      desk: trainer.desk,
      ledger,
      audit,
      commands,
      tokens: new BearerTokens(config.security.apiTokens),
      trainer,
      onServed: ({ version }) => void followQuietly(live, version, logger),
    }),
  );
  const portSetting = SETTINGS.trainer.grpcPort.name;
  const address = { host, port: config.trainer.grpcPort, portSetting, credentials: serverCredentials(config) };
  const grpcPort = await listenGrpc(server, address);
  shutdown.add('grpc', async () => await stopGrpc(server));
  shutdown.add('readiness', () => readiness.drain('shutting down'));

  await trainer.start();
  if (ledger.serving !== undefined) void followQuietly(live, ledger.serving.version, logger);
  return { httpUrl: http.url, grpcPort };
}

/** A version is worth serving without live embeddings too: what fails is logged. */
async function followQuietly(live: LiveEmbedding, version: string, logger: Logger): Promise<void> {
  try {
    await live.follow(version);
  } catch (thrown) {
    const { code, message } = ThawError.from(thrown);
    logger.error({ code, version }, `nothing is embedded between versions until the next one: ${message}`);
  }
}

function healthOnly(readiness: Readiness, metrics: Metrics) {
  @Module({ imports: [HealthModule.register({ readiness, metrics })] })
  class TrainerModule {}
  return TrainerModule;
}

interface OpenedCommandLog {
  readonly commands: CommandLog;
  /** What was last commanded of runs by themselves. */
  readonly pause: Pause | undefined;
}

async function openCommandLog(kafka: Kafka, audit: AuditLog, topicPrefix: string): Promise<OpenedCommandLog> {
  let pause: Pause | undefined;
  const commands = new CommandLog(audit);
  await kafka.readAll([prefixedTopic(topicPrefix, 'audit')], ({ records }) => {
    for (const { value } of records) {
      const entry = decodeAudit(value);
      if (entry === undefined) continue;
      commands.take(entry);
      const after = pauseAfter(entry);
      if (after !== undefined) pause = after.pause;
    }
    return Promise.resolve();
  });
  return { commands, pause };
}

function followActivity(
  { config, logger, shutdown }: TrainerAppOptions,
  kafka: Kafka,
  activity: GraphActivity,
): GraphReader {
  const client = new GraphClient({
    address: graphAddress(config),
    setting: SETTINGS.graph.address.name,
    ...clientSecurity(config),
  });
  const reader = new GraphReader({
    name: 'thaw-trainer',
    client,
    kafka,
    topic: prefixedTopic(config.kafka.topicPrefix, 'graph-changes'),
    consumer: activityReader(activity),
    log: (level, message, fields) => logger[level](fields, message),
  });
  const stop = new AbortController();
  const reading = reader.run(stop.signal);
  shutdown.add('graph reader', async () => {
    stop.abort();
    await reading;
    client.close();
  });
  return reader;
}

interface TrainerNeeds {
  readonly live: LiveEmbedding;
  readonly ledger: VersionLedger;
  readonly activity: GraphActivity;
  readonly events: TrainerMetrics['events'];
}

async function openTrainer(
  { config, environment, brokers, logger }: TrainerAppOptions,
  { live, ledger, activity, events }: TrainerNeeds,
): Promise<Trainer> {
  const { vectorBytes, stateBytes, workers, hangMs, networkMode, networkSeconds, networkFolds } = config.trainer;
  const network = {
    mode: networkMode,
    seconds: networkSeconds,
    folds: networkFolds,
    backend: config.trainer.tensorBackend,
  };
  const { bundleDir } = config.paths;
  return new Trainer({
    settings: config.trainer,
    store: await DirectoryBundleStore.open(bundleDir),
    ledger,
    activity,
    runFile: new RunFile(join(config.paths.dataDir, 'trainer')),
    logger,
    workFolders: new WorkFolders(join(config.paths.dataDir, 'trainer', 'work')),
    events,
    compute: async (job, onProgress, signal) =>
      await runInProcess({
        job: {
          ...job,
          graphAddress: graphAddress(config),
          seed: SEED,
          vectorBytes,
          stateBytes,
          workers,
          network,
          bundleDir,
        },
        environment: { ...environment, KAFKA_BROKERS: brokers.join(',') },
        hangMs,
        onProgress,
        onTraining: trainingLog(logger, (training) => events.onTraining(training)),
        onNote: (message, fields) => logger.info(fields, message),
        onLine: (line) => logger.info({ line }, 'run'),
        signal,
      }),
    catchUp: async (version, signal) => {
      // A pinned version goes on being served, and embedded for.
      if (ledger.serving?.pinned === true) return;
      const enough = delay(CATCH_UP_MS, undefined, { signal, ref: false }).catch(() => undefined);
      await Promise.race([followQuietly(live, version, logger), enough]);
    },
    onServed: () => {
      // Who is served may have been decided otherwise meanwhile.
      if (ledger.serving !== undefined) void followQuietly(live, ledger.serving.version, logger);
    },
  });
}
