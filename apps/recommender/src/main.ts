import 'reflect-metadata';
import { createLogger, loadConfig, processEnvironment, Shutdown, shutDownWithProcess } from '@thaw/platform';
import { ThawError } from '@thaw/contracts';
import { startRecommenderApp } from './recommender-app.js';

/** Exit code for a failure that a restart may cure, and for one that needs a person (a setting, a taken address). */
const EXIT_RETRY = 1;
const EXIT_FATAL = 78;

const { config, secrets } = loadConfig(processEnvironment());
const logger = createLogger({ ...config.log, secrets }).child({ app: 'recommender' });
const shutdown = new Shutdown({ budgetMs: config.lifecycle.shutdownBudgetMs, logger });
shutDownWithProcess({ shutdown, logger, supervised: config.lifecycle.supervised });

try {
  const { brokers } = config.kafka;
  if (brokers === undefined) {
    const way = 'Set KAFKA_BROKERS, or run `thaw up`, which starts a broker for all apps.';
    throw new ThawError('CONFIG_INVALID', `apps/recommender needs a Kafka. ${way}`);
  }
  const { httpUrl, grpcPort } = await startRecommenderApp({ config, brokers, logger, shutdown });
  logger.info({ httpUrl, grpcPort }, 'recommender started');
} catch (thrown) {
  const error = ThawError.from(thrown);
  if (!shutdown.signal.aborted) {
    logger.fatal({ code: error.code, err: error }, error.message);
    await shutdown.run(error.message);
    process.exit(error.retryable ? EXIT_RETRY : EXIT_FATAL);
  }
}
