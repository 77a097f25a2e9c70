import { ThawError } from '@thaw/contracts';
import { httpStatusOf } from './grpc-status.js';

/** The body of an HTTP error, `application/problem+json` (RFC 9457). `code` is the error catalogue's. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error that is none of ours shows as INTERNAL without its message, which may hold anything. */
export function toProblem(thrown: unknown): Problem {
  const error = ThawError.from(thrown);
  const isOurs = thrown instanceof ThawError;
  return {
    type: `urn:thaw:error:${error.code}`,
    title: error.code,
    status: httpStatusOf(error.grpcStatus),
    detail: isOurs ? error.message : 'Something went wrong inside Thaw; its log says what.',
    code: error.code,
    retryable: error.retryable,
    ...(isOurs && Object.keys(error.details).length > 0 && { details: error.details }),
  };
}
