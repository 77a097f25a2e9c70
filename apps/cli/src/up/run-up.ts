import type { LoadedConfig, Logger } from '@thaw/platform';
import {
  Shutdown,
  Supervisor,
  createLogger,
  processEnvironment,
  resolveLogFormat,
  shutDownWithProcess,
} from '@thaw/platform';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { EventWriter } from '../feed/event-writer.js';
import { type KafkaSession, ensureTopics, existingKafka, startKafka } from '../session/kafka.js';
import { removeRunning, writeRunning } from '../session/running.js';
import { statusBlock, statusLine } from '../status/lines.js';
import { LiveBlock } from '../terminal/live-block.js';
import type { Output } from '../terminal/output.js';
import { type App, planApps } from './apps.js';
import { datasetSettings } from './dataset-settings.js';
import { Feed, type FeedPlan } from './feed.js';
import { Monitor } from './monitor.js';

import { welcome } from './welcome.js';

export interface UpOptions {
  readonly loaded: LoadedConfig;
  readonly output: Output;
  readonly feed: FeedPlan;
}

const REDRAW_EVERY_MS = 1000;
const LINE_EVERY_MS = 5000;

/** Everything of Thaw on one machine, until a signal. */
export async function runUp(options: UpOptions): Promise<void> {
  const { config, secrets } = options.loaded;
  const block = new LiveBlock(process.stderr);
  const logFormat = resolveLogFormat(config.log.format, 2);
  const level = options.output.isVerbose ? 'debug' : config.log.level;
  const logger = createLogger({ level, format: logFormat, secrets, write: (line) => block.write(line) });
  const shutdown = new Shutdown({ budgetMs: config.lifecycle.shutdownBudgetMs, logger });
  let failure: unknown;
  const fail = (error: unknown): void => {
    if (shutdown.signal.aborted) return;
    failure = error;
    options.output.error(error);
    process.kill(process.pid, 'SIGTERM');
  };
  shutDownWithProcess({
    shutdown,
    logger,
    supervised: config.lifecycle.supervised,
    exitCode: ({ clean }) => (failure !== undefined ? exitCodeOf(failure) : clean ? EXIT.ok : EXIT.failure),
  });
  try {
    await new Up(options, { block, logger, logFormat, shutdown, fail }).start();
  } catch (error) {
    // A shutdown in the middle of the start makes the start fail: it is under way, and ends the process.
    fail(error);
  }
  await new Promise<never>(() => undefined);
}

interface Surroundings {
  readonly block: LiveBlock;
  readonly logger: Logger;
  readonly logFormat: 'json' | 'text';
  readonly shutdown: Shutdown;
  readonly fail: (error: unknown) => void;
}

class Up {
  private readonly note = (line: string): void => {
    const { block, logger, logFormat } = this.around;
    if (logFormat === 'text') block.write(`${line}\n`);
    else logger.info(line);
  };

  constructor(
    private readonly options: UpOptions,
    private readonly around: Surroundings,
  ) {}

  async start(): Promise<void> {
    const { loaded, output, feed: plan } = this.options;
    const { config } = loaded;
    const { shutdown, logger, logFormat } = this.around;
    const session = await this.openKafka();
    shutdown.add('kafka', () => session.close());
    await ensureTopics(session.kafka, config.kafka.topicPrefix);

    const { brokers } = session;
    const environment = { ...(await datasetSettings(plan, loaded, this.note)), ...processEnvironment() };
    const apps = await planApps({ loaded, environment, brokers, logFormat, note: this.note });
    const supervisor = this.startApps(apps);
    this.announce(session, apps);

    const sink = await session.kafka.sink();
    shutdown.add('sink', () => sink.close());
    const writer = new EventWriter(sink, config.kafka.topicPrefix);
    const feed = new Feed({ plan, config, clusterId: session.clusterId, writer, sink, logger });
    shutdown.add('feed', () => feed.stop());

    const { host } = config.http;
    const kafka = `${brokers.join(', ')} (${session.origin})`;
    this.watch(new Monitor({ config, kafka, apps, supervisor, writer, feedName: () => feed.name }));
    const addresses = apps.map(({ name, httpPort, grpcPort }) => ({ name, host, httpPort, grpcPort }));
    const result = { brokers, clusterId: session.clusterId, dataDir: config.paths.dataDir, apps: addresses };
    this.around.block.clear();
    output.result(result, () => welcome({ brokers, host, apps }));
  }

  private async openKafka(): Promise<KafkaSession> {
    const { config } = this.options.loaded;
    const { logger, shutdown, fail } = this.around;
    if (config.kafka.brokers !== undefined) {
      const configured = await existingKafka(config, logger);
      if (configured !== undefined) return configured;
    }
    return startKafka({ config, logger, onProgress: this.note, signal: shutdown.signal, onBrokerGone: fail });
  }

  private startApps(apps: readonly App[]): Supervisor {
    const { shutdown, logger, block, logFormat } = this.around;
    // A JSON line says itself which app it is from.
    const onLine = (name: string, line: string) =>
      block.write(logFormat === 'text' ? `${name} | ${line}\n` : `${line}\n`);
    const supervisor = new Supervisor({ logger, onLine, random: Math.random });
    shutdown.add('apps', (signal) => supervisor.stop(signal));
    for (const { child } of apps) supervisor.start(child);
    return supervisor;
  }

  private announce({ brokers }: KafkaSession, apps: readonly App[]): void {
    const { dataDir } = this.options.loaded.config.paths;
    const addresses = apps.map(({ name, httpPort, grpcPort }) => ({ name, httpPort, grpcPort }));
    writeRunning(dataDir, { pid: process.pid, startedAtMs: Date.now(), brokers: [...brokers], apps: addresses });
    this.around.shutdown.add('address file', () => removeRunning(dataDir));
  }

  private watch(monitor: Monitor): void {
    const { block, shutdown, logger } = this.around;
    let looking: Promise<void> = Promise.resolve();
    const show = async (): Promise<void> => {
      const status = await monitor.look();
      if (shutdown.signal.aborted) return;
      if (block.isLive) block.update(statusBlock(status));
      else this.note(statusLine(status));
    };
    const timer = setInterval(
      () => {
        looking = looking.then(show).catch((err: unknown) => logger.error({ err }, 'the status could not be read'));
      },
      block.isLive ? REDRAW_EVERY_MS : LINE_EVERY_MS,
    );
    shutdown.add('status', async () => {
      clearInterval(timer);
      block.clear();
      await looking;
      monitor.close();
    });
  }
}
