import { Module } from '@nestjs/common';
import { DirectoryBundleStore } from '@thaw/bundle';
import { prefixedTopic } from '@thaw/contracts';
import { GraphClient, GraphReader } from '@thaw/graph-reader';
import { createKafka, type LogFunction } from '@thaw/kafka';
import {
  appMetrics,
  BearerTokens,
  clientSecurity,
  type Config,
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
import { fileURLToPath } from 'node:url';
import { ConsoleDesk } from './console/console-desk.js';
import { openConsole } from './console/open-console.js';
import { PageFiles } from './console/page-files.js';
import { LiveGraph } from './graph/live-graph.js';
import { ConsoleController } from './http/console.controller.js';
import { GatewayController } from './http/gateway.controller.js';
import { PageController } from './http/page.controller.js';
import { recommenderMetrics } from './metrics.js';
import { Answering } from './service/answering.js';
import { grpcServer } from './service/grpc-server.js';
import { Turns } from './service/turns.js';
import { EmbeddingFeed } from './versions/embedding-feed.js';
import { keepOpen } from './versions/keep-open.js';
import { checkVersion } from './versions/loading/check-version.js';
import { type LoadOptions, loadVersion } from './versions/loading/load-version.js';
import { VectorMemory } from './versions/vector-memory.js';
import { VersionFeed } from './versions/version-feed.js';
import { VersionKeeper } from './versions/version-keeper.js';

export interface RunningRecommenderApp {
  readonly httpUrl: string;
  readonly grpcPort: number;
}

interface RecommenderAppOptions {
  readonly config: Config;
  readonly brokers: readonly string[];
  readonly logger: Logger;
  readonly shutdown: Shutdown;
}

/**
 * Starts the readers of the graph, the versions and the embeddings, probes and the gateway, and the recommender service.
 * What is opened is registered for shutdown. Nothing that is missing outside keeps it from starting: it waits, and says
 * on /readyz for what.
 */
export async function startRecommenderApp(options: RecommenderAppOptions): Promise<RunningRecommenderApp> {
  const { config, brokers, logger, shutdown } = options;
  requireSafeListening(config);
  const log: LogFunction = (level, message, fields) => logger[level](fields, message);
  const metrics = new Metrics();
  const readiness = new Readiness();
  appMetrics(metrics, { app: 'recommender', readiness, folders: { bundles: config.paths.bundleDir } });
  const told = recommenderMetrics(metrics);
  const kafka = createKafka(kafkaConnection(config.kafka, brokers, 'thaw-recommender'), log);
  shutdown.add('kafka', async () => await kafka.close());
  const topic = (name: Parameters<typeof prefixedTopic>[1]) => prefixedTopic(config.kafka.topicPrefix, name);

  const store = await DirectoryBundleStore.open(config.paths.bundleDir, { readOnly: true });
  const embeddings = new EmbeddingFeed({
    kafka,
    topic: topic('embeddings'),
    onEmbedding: (embedding) => versions.take(embedding),
    log,
  });
  const live = new LiveGraph({
    onCandidate: (id, isCandidate) => versions.admit(id, isCandidate),
    onReplaced: () => versions.graphReplaced(),
    onApplied: (secondsBehind) => told.onApplied(secondsBehind),
  });
  const loading: LoadOptions = {
    store,
    check: (version, memory, signal) =>
      checkVersion({ root: config.paths.bundleDir, version, memory, calls: answering.calls }, signal),
    memory: new VectorMemory(),
    products: () => live.served?.products.ids,
  };
  const versions: VersionKeeper = new VersionKeeper({
    load: async (record, signal) => await loadVersion(loading, record, signal),
    embeddings,
    graph: () => live.served,
    bufferBytes: config.recommender.embeddingBufferBytes,
    onSwap: (outcome, seconds) => told.onSwap(outcome, seconds),
    log,
  });
  shutdown.add('version', async () => await versions.close());
  const feed = new VersionFeed({
    kafka,
    topic: topic('versions'),
    onWanted: (record) => versions.want(record),
    log,
  });
  const client = new GraphClient({
    address: graphAddress(config),
    setting: SETTINGS.graph.address.name,
    ...clientSecurity(config),
  });
  const reader = new GraphReader({
    name: 'thaw-recommender-graph',
    client,
    kafka,
    topic: topic('graph-changes'),
    consumer: live,
    log,
  });
  const reading = Promise.all([
    reader.run(shutdown.signal),
    keepOpen('versions', feed, shutdown.signal, log),
    keepOpen('embeddings', embeddings, shutdown.signal, log),
  ]);
  shutdown.add('readers', async () => {
    await reading;
    client.close();
  });

  const turns = new Turns(config.recommender.maxWaiting);
  const tokens = new BearerTokens(config.security.apiTokens);
  const answering: Answering = new Answering({ live, versions, observer: told });
  told.observe({ live, reader, versions, turns });
  addChecks(readiness, reader, versions);
  const desk = openConsole({ config, kafka, store, shutdown, answering, live, reader, graph: client, tokens });
  const { host } = config.http;
  const http = await startHttpApp(gateway({ readiness, metrics, answering, turns, tokens, desk }), {
    host,
    port: config.recommender.httpPort,
    portSetting: SETTINGS.recommender.httpPort.name,
    logger,
    tls: tlsOptions(config),
  });
  shutdown.add('http', async () => await http.app.close());
  const server = grpcServer({ answering, turns, tokens }, () => !shutdown.signal.aborted && isReady(reader, versions));
  const grpcPort = await listenGrpc(server, {
    host,
    port: config.recommender.grpcPort,
    portSetting: SETTINGS.recommender.grpcPort.name,
    credentials: serverCredentials(config),
  });
  shutdown.add('grpc', async () => await stopGrpc(server));
  shutdown.add('readiness', () => readiness.drain('shutting down'));
  return { httpUrl: http.url, grpcPort };
}

/** Once it has answers it stays ready: an old graph or version is better than none, and the answers say how old. */
const isReady = (reader: GraphReader, versions: VersionKeeper): boolean => reader.status.caughtUp && versions.isSettled;

function addChecks(readiness: Readiness, reader: GraphReader, versions: VersionKeeper): void {
  readiness.add('graph', () => {
    const { caughtUp, state, reason, sequence } = reader.status;
    if (caughtUp) return { ok: true };
    return { ok: false, reason: reason?.message ?? `${state}, at change ${sequence}` };
  });
  readiness.add('version', () =>
    versions.isSettled ? { ok: true } : { ok: false, reason: 'the version that is to be served is being loaded' },
  );
}

interface GatewayParts {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly answering: Answering;
  readonly turns: Turns;
  readonly tokens: BearerTokens;
  readonly desk: ConsoleDesk;
}

/** Where `npm run build` puts the console's page. */
const PAGE = fileURLToPath(new URL('../../console/dist/', import.meta.url));

function gateway({ readiness, metrics, answering, turns, tokens, desk }: GatewayParts) {
  @Module({
    imports: [HealthModule.register({ readiness, metrics })],
    controllers: [GatewayController, ConsoleController, PageController],
    providers: [
      { provide: Answering, useValue: answering },
      { provide: Turns, useValue: turns },
      { provide: BearerTokens, useValue: tokens },
      { provide: ConsoleDesk, useValue: desk },
      { provide: PageFiles, useValue: new PageFiles(PAGE) },
    ],
  })
  class RecommenderModule {}
  return RecommenderModule;
}
