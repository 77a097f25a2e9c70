import { type DestinationStream, type Logger, destination as fileDescriptor, pino, stdSerializers } from 'pino';
import type { Config } from '../config/index.js';
import { formatLogLine } from './format.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: Config['log']['level'];
  readonly format: Config['log']['format'];
  /** Values that never reach the output, wherever they turn up. */
  readonly secrets?: readonly string[];
  /** 1: standard output (default). 2: standard error, for commands whose output is on standard output. */
  readonly fd?: 1 | 2;
  /** In place of `fd`: takes every finished line, with its line feed. */
  readonly write?: (line: string) => void;
}

const CENSOR = '***';
const SENSITIVE = ['password', 'passphrase', 'secret', 'token', 'authorization', 'apiKey', 'saslPassword', 'sslKey'];
/** A key that names a secret is censored at the top of the record and two levels down. */
const REDACTED_PATHS = SENSITIVE.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

const isTerminal = (fd: 1 | 2): boolean => (fd === 1 ? process.stdout : process.stderr).isTTY;

/** `auto` made definite: text on a terminal, JSON elsewhere. */
export const resolveLogFormat = (format: LoggerOptions['format'], fd: 1 | 2): 'json' | 'text' =>
  format === 'auto' ? (isTerminal(fd) ? 'text' : 'json') : format;

function scrubber(secrets: readonly string[]): (line: string) => string {
  // Inside a JSON string a secret is written with escapes: a quote, a line feed.
  const written = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (line) => written.reduce((text, secret) => text.replaceAll(secret, CENSOR), line);
}

/** Lines that cannot be written any more are dropped: there is nobody left to tell that the reader of the log is gone. */
function descriptor(fd: 1 | 2): DestinationStream {
  const stream = fileDescriptor({ fd, sync: true });
  stream.on('error', () => undefined);
  return stream;
}

function output({ format, fd = 1, write }: LoggerOptions): DestinationStream {
  const sink: DestinationStream = write === undefined ? descriptor(fd) : { write: (line) => write(line) };
  if (resolveLogFormat(format, fd) === 'json') return sink;
  const colours = write === undefined && isTerminal(fd);
  return { write: (line) => sink.write(`${formatLogLine(line.trimEnd(), colours)}\n`) };
}

/**
 * A logger that writes one line per record: JSON, or text for people. Children by component:
 * `logger.child({ component: 'engine' })`. Errors go under the key `err`.
 */
export function createLogger(options: LoggerOptions): Logger {
  const scrub = scrubber(options.secrets ?? []);
  return pino(
    {
      level: options.level,
      base: null,
      redact: { paths: REDACTED_PATHS, censor: CENSOR },
      serializers: { err: stdSerializers.err },
      hooks: { streamWrite: scrub },
    },
    output(options),
  );
}
