import 'reflect-metadata';
import { createLogger, loadConfig, processEnvironment, Shutdown, shutDownWithProcess } from '@thaw/platform';
import { ThawError } from '@thaw/contracts';
import { startGraphApp } from './graph-app.js';

/** Exit code for a failure that a restart may cure, and for one that needs a person (a setting, a corrupt store). */
const EXIT_RETRY = 1;
const EXIT_FATAL = 78;

const { config, secrets } = loadConfig(processEnvironment());
const logger = createLogger({ ...config.log, secrets }).child({ app: 'graph' });
const shutdown = new Shutdown({ budgetMs: config.lifecycle.shutdownBudgetMs, logger });
shutDownWithProcess({ shutdown, logger, supervised: config.lifecycle.supervised });

try {
  const { brokers } = config.kafka;
  if (brokers === undefined) {
    const way = 'Set KAFKA_BROKERS, or run `thaw up`, which starts a broker for all apps.';
    throw new ThawError('CONFIG_INVALID', `apps/graph needs a Kafka. ${way}`);
  }
  const { httpUrl, grpcPort, failed } = await startGraphApp({ config, brokers, logger, shutdown });
  logger.info({ httpUrl, grpcPort }, 'graph started');
  const reason = await failed;
  // What is on the disk cannot be trusted: for a person to look at. Not ready, with its metrics still there.
  if (reason.code !== 'STORE_CORRUPT') await leave(reason);
} catch (error) {
  await leave(ThawError.from(error));
}

async function leave(error: ThawError): Promise<void> {
  if (shutdown.signal.aborted) return;
  logger.fatal({ code: error.code, err: error }, error.message);
  await shutdown.run(error.message);
  process.exit(error.retryable ? EXIT_RETRY : EXIT_FATAL);
}
