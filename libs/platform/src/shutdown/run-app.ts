import { ThawError } from '@thaw/contracts';
import { type Config, loadConfig, processEnvironment, type Environment } from '../config/index.js';
import { createLogger, type Logger } from '../logging/index.js';
import { shutDownWithProcess } from './process.js';
import { Shutdown } from './shutdown.js';

/** What an app is started with. */
export interface AppStart {
  readonly config: Config;
  readonly environment: Environment;
  readonly brokers: readonly string[];
  readonly logger: Logger;
  readonly shutdown: Shutdown;
}

/** What an app says of itself once it is started. */
export interface StartedApp {
  readonly httpUrl: string;
  readonly grpcPort: number;
  /** Resolves when the app cannot go on, with the reason. */
  readonly failed?: Promise<ThawError>;
}

/** Exit code for a failure that a restart may cure, and for one that needs a person (a setting, a corrupt store). */
const EXIT_RETRY = 1;
const EXIT_FATAL = 78;

/** An app as a process: configuration, log, ordered shutdown, and an exit code that tells a supervisor what to do. */
export async function runApp(name: string, start: (app: AppStart) => Promise<StartedApp>): Promise<void> {
  const environment = processEnvironment();
  const { config, secrets } = loadConfig(environment);
  const logger = createLogger({ ...config.log, secrets }).child({ app: name });
  const shutdown = new Shutdown({ budgetMs: config.lifecycle.shutdownBudgetMs, logger });
  shutDownWithProcess({ shutdown, logger, supervised: config.lifecycle.supervised });
  const leave = async (error: ThawError): Promise<void> => {
    if (shutdown.signal.aborted) return;
    logger.fatal({ code: error.code, err: error }, error.message);
    await shutdown.run(error.message);
    process.exit(error.retryable ? EXIT_RETRY : EXIT_FATAL);
  };
  try {
    const { brokers } = config.kafka;
    if (brokers === undefined) {
      const way = 'Set KAFKA_BROKERS, or run `thaw up`, which starts a broker for all apps.';
      throw new ThawError('CONFIG_INVALID', `apps/${name} needs a Kafka. ${way}`);
    }
    const { httpUrl, grpcPort, failed } = await start({ config, environment, brokers, logger, shutdown });
    logger.info({ httpUrl, grpcPort }, `${name} started`);
    if (failed === undefined) return;
    const reason = await failed;
    // What is on the disk cannot be trusted: for a person to look at. Not ready, with its metrics still there.
    if (reason.code !== 'STORE_CORRUPT') await leave(reason);
  } catch (error) {
    await leave(ThawError.from(error));
  }
}
