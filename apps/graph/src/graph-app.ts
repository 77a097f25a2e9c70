import { Server } from '@grpc/grpc-js';
import { Module } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import {
  appMetrics,
  BearerTokens,
  type Config,
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
import { CRASH_POINTS, type CrashPlan } from './ingest/crash-points.js';
import { IngestThread } from './ingest/ingest-thread.js';
import { graphMetrics } from './metrics.js';
import { GRAPH_SERVICE_ROLES, graphService, graphServiceDefinition } from './service/graph-service.js';
import { guarded } from './service/guarded.js';

export interface RunningGraphApp {
  readonly httpUrl: string;
  readonly grpcPort: number;
  /** Resolves when the app cannot go on, with the reason. */
  readonly failed: Promise<ThawError>;
}

interface GraphAppOptions {
  readonly config: Config;
  readonly brokers: readonly string[];
  readonly logger: Logger;
  readonly shutdown: Shutdown;
}

/** Starts probes and metrics, the ingest thread, and the graph service. What is opened is registered for shutdown. */
export async function startGraphApp({ config, brokers, logger, shutdown }: GraphAppOptions): Promise<RunningGraphApp> {
  requireSafeListening(config);
  const readiness = new Readiness();
  const metrics = new Metrics();
  appMetrics(metrics, { app: 'graph', readiness, folders: { data: config.paths.dataDir } });
  const update = graphMetrics(metrics);
  const { host } = config.http;
  const http = await startHttpApp(healthOnly(readiness, metrics), {
    host,
    port: config.graph.httpPort,
    portSetting: SETTINGS.graph.httpPort.name,
    logger,
    tls: tlsOptions(config),
  });
  shutdown.add('http', async () => await http.app.close());

  const ingest = new IngestThread(ingestSettings(config, brokers), (level, message, fields) =>
    logger[level](fields, message),
  );
  shutdown.add('ingest', async () => await ingest.close());
  readiness.add('ingest', () => {
    const { status } = ingest;
    if (status.state === 'consuming') return { ok: true };
    return { ok: false, reason: 'reason' in status ? `${status.reason.code}: ${status.reason.message}` : status.state };
  });
  const failed = new Promise<ThawError>((resolve) => {
    ingest.on('status', (status) => {
      const level = status.state === 'failed' ? 'fatal' : status.state === 'waiting' ? 'error' : 'info';
      logger[level]({ ...('reason' in status && status.reason) }, `ingest ${status.state}`);
      if (status.state === 'failed') resolve(new ThawError(status.reason.code, status.reason.message));
    });
  });
  const updater = setInterval(() => {
    if (ingest.statistics) update(ingest.statistics);
  }, 500);
  shutdown.add('metrics', () => clearInterval(updater));

  const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 });
  const tokens = new BearerTokens(config.security.apiTokens);
  server.addService(graphServiceDefinition, guarded(graphService(ingest), tokens, GRAPH_SERVICE_ROLES));
  const grpcPort = await listenGrpc(server, {
    host,
    port: config.graph.grpcPort,
    portSetting: SETTINGS.graph.grpcPort.name,
    credentials: serverCredentials(config),
  });
  shutdown.add('grpc', async () => await stopGrpc(server));
  shutdown.add('readiness', () => readiness.drain('shutting down'));
  return { httpUrl: http.url, grpcPort, failed };
}

function healthOnly(readiness: Readiness, metrics: Metrics) {
  @Module({ imports: [HealthModule.register({ readiness, metrics })] })
  class GraphModule {}
  return GraphModule;
}

function ingestSettings(config: Config, brokers: readonly string[]) {
  const { graph, kafka, paths } = config;
  const crash = graph.crashAt === undefined ? undefined : crashPlan(graph.crashAt);
  return {
    kafka: kafkaConnection(kafka, brokers, 'thaw-graph'),
    topicPrefix: kafka.topicPrefix,
    stateFolder: join(paths.dataDir, 'graph'),
    counter: graph.counter,
    sketchBytes: graph.sketchBytes,
    microBatchMaxEvents: graph.microBatchMaxEvents,
    microBatchMaxDelayMs: graph.microBatchMaxDelayMs,
    settings: {
      historyLimit: graph.historyLimit,
      demandLimit: graph.demandLimit,
      coInteractionThreshold: graph.coInteractionThreshold,
      minCustomers: graph.minCustomers,
      maxListings: graph.maxListings,
      listingHysteresis: graph.listingHysteresis,
      demandHysteresis: graph.demandHysteresis,
      maxFutureSkewMs: graph.maxFutureSkewMs,
    },
    ...(crash && { crash }),
  };
}

function crashPlan(text: string): CrashPlan {
  const [name, occurrence] = text.split(':');
  const point = CRASH_POINTS.find((known) => known === name);
  if (point !== undefined) return { point, occurrence: Number(occurrence) };
  throw new ThawError('CONFIG_INVALID', `THAW_TEST_CRASH_AT names no point: use one of ${CRASH_POINTS.join(', ')}.`);
}
