import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { ThawError } from '@thaw/contracts';
import { fromServiceError } from '@thaw/platform';

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { readonly deadline: Date },
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** The service of an app as a command speaks to it. */
export interface ServiceOf {
  /** The app that serves it, such as `recommender`. */
  readonly app: string;
  readonly address: string;
  /** The option that says where else it listens, such as `--recommender`. */
  readonly option: string;
}

const CALL_MS = 30_000;

/**
 * One call of a service, which may still be starting.
 *
 * @throws ThawError what the service answered; APP_UNREACHABLE where nobody answers.
 */
export async function call<Request, Response>(
  service: ServiceOf,
  client: Client,
  method: Unary<Request, Response>,
  request: Request,
  timeoutMs = CALL_MS,
): Promise<Response> {
  const options = { deadline: new Date(Date.now() + timeoutMs) };
  return await new Promise((resolve, reject) => {
    method.call(client, request, new Metadata(), options, (error, response) => {
      if (error === null) resolve(response);
      else reject(failureOf(service, error));
    });
  });
}

/** What a call that failed means: what the service answered, or APP_UNREACHABLE. */
export function failureOf(service: ServiceOf, error: unknown): ThawError {
  return isServiceError(error) ? (fromServiceError(error) ?? unreachable(service, error)) : ThawError.from(error);
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'metadata' in error && 'details' in error;

function unreachable({ app, address, option }: ServiceOf, cause: ServiceError): ThawError {
  return new ThawError(
    'APP_UNREACHABLE',
    `apps/${app} does not answer at ${address}: ${cause.details}. Start it (\`thaw up\` does), or say where it listens ` +
      `with ${option} host:port.`,
    { cause, details: { app, address } },
  );
}
