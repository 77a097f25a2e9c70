import { createLogger, type LoadedConfig, type Logger } from '@thaw/platform';
import type { Output } from '../terminal/output.js';

/** The logger of a command that says itself what goes wrong: silent, unless it is to be verbose. */
export const quietLogger = ({ config, secrets }: LoadedConfig, { isVerbose }: Output): Logger =>
  createLogger({ ...config.log, level: isVerbose ? 'debug' : 'silent', secrets, fd: 2 });
