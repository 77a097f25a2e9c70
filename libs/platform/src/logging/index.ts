export { formatLogLine } from './format.js';
export { type Logger, type LoggerOptions, createLogger, resolveLogFormat } from './logger.js';
export { NestLogger } from './nest-logger.js';
