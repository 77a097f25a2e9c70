import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ThawError } from '@thaw/contracts';
import { ProblemFilter } from '../errors/index.js';
import { type Logger, NestLogger } from '../logging/index.js';
import type { TlsOptions } from '../security/index.js';

export interface HttpAppOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** The setting that `port` came from, for the message when it is taken. */
  readonly portSetting: string;
  readonly logger: Logger;
  /** Not given: plain text. */
  readonly tls?: TlsOptions | undefined;
}

export interface HttpApp {
  readonly app: INestApplication;
  /** The port that is listened on. */
  readonly port: number;
  readonly url: string;
}

/**
 * How long a connection may lie idle: longer than those who keep connections, such as load balancers with their usual 60 s,
 * who must be the first to let go. With Node's 5 s a request is lost now and then that meets the end of its connection.
 */
const KEEP_ALIVE_MS = 75_000;

/** Starts a Nest application on HTTP. @throws ThawError ADDRESS_IN_USE when something else listens there. */
export async function startHttpApp(module: Type<unknown>, options: HttpAppOptions): Promise<HttpApp> {
  const { host, port, portSetting, logger, tls } = options;
  // Loaded here: it takes as long as the rest of Nest, and commands that serve no HTTP import this package too.
  const { ExpressAdapter } = await import('@nestjs/platform-express');
  const app = await NestFactory.create<NestExpressApplication>(module, new ExpressAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
    ...(tls && { httpsOptions: tls }),
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  app.useGlobalFilters(new ProblemFilter(logger));
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw addressError(error, `${host}:${port}`, portSetting);
  }
  const url = await app.getUrl();
  return { app, port: Number(new URL(url).port), url };
}

/** Names the address and the way out when it is taken; anything else comes back as it is. */
export function addressError(error: unknown, address: string, portSetting: string): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE') return error;
  const way = `Stop that process, or set ${portSetting} to another port (0 picks a free one).`;
  return new ThawError('ADDRESS_IN_USE', `Another process listens on ${address}. ${way}`, {
    cause: error,
    details: { address, setting: portSetting },
  });
}
