import 'reflect-metadata';
import { createLogger, loadConfig, processEnvironment, Shutdown, shutDownWithProcess } from '@thaw/platform';
import { ThawError } from '@thaw/contracts';
import { startTrainerApp } from './trainer-app.js';

/** Exit code for a failure that a restart may cure, and for one that needs a person. */
const EXIT_RETRY = 1;
const EXIT_FATAL = 78;

const environment = processEnvironment();
const { config, secrets } = loadConfig(environment);
const logger = createLogger({ ...config.log, secrets }).child({ app: 'trainer' });
const shutdown = new Shutdown({ budgetMs: config.lifecycle.shutdownBudgetMs, logger });
shutDownWithProcess({ shutdown, logger, supervised: config.lifecycle.supervised });

try {
  const { brokers } = config.kafka;
  if (brokers === undefined) {
    const way = 'Set KAFKA_BROKERS, or run `thaw up`, which starts a broker for all apps.';
    throw new ThawError('CONFIG_INVALID', `apps/trainer needs a Kafka. ${way}`);
  }
  const { httpUrl, grpcPort } = await startTrainerApp({ config, environment, brokers, logger, shutdown });
  logger.info({ httpUrl, grpcPort }, 'trainer started');
} catch (error) {
  await leave(ThawError.from(error));
}

async function leave(error: ThawError): Promise<void> {
  if (shutdown.signal.aborted) return;
  logger.fatal({ code: error.code, err: error }, error.message);
  await shutdown.run(error.message);
  process.exit(error.retryable ? EXIT_RETRY : EXIT_FATAL);
}
