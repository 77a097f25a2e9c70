import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ERROR_CATALOGUE, type ErrorCode, ThawError } from '@thaw/contracts';
import { decodeRpcStatus, encodeRpcStatus, type FieldViolation } from './rpc-status.js';

const DOMAIN = 'thaw';
const DETAILS = 'grpc-status-details-bin';
/** What a client should wait before it tries a retryable call again. */
const RETRY_DELAY_MS = 1000;
/** Trailers share the 8 KiB that HTTP/2 peers accept for headers by default. */
const MAX_MESSAGE_CHARS = 1024;
const MAX_DETAIL_CHARS = 256;
const MAX_VIOLATIONS = 8;

const asText = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify([value]).slice(1, -1)).slice(0, MAX_DETAIL_CHARS);

const statusOf = (code: number): status => status[status[code] as keyof typeof status];

/** The violations that an error carries in its details, cut to what fits into the trailers. */
function violationsOf({ details }: ThawError): readonly FieldViolation[] | undefined {
  const { violations } = details;
  if (!Array.isArray(violations)) return undefined;
  return (violations as readonly FieldViolation[]).slice(0, MAX_VIOLATIONS).map(({ field, description }) => ({
    field: field.slice(0, MAX_DETAIL_CHARS),
    description: description.slice(0, MAX_DETAIL_CHARS),
  }));
}

/**
 * What a gRPC handler gives its callback: status, message, and in `grpc-status-details-bin` a google.rpc.Status with
 * ErrorInfo {reason: the catalogue's code, domain: "thaw", metadata: the details}, RetryInfo when retryable, and
 * BadRequest when the details hold `violations`, an array of {field, description}.
 * An error that is none of ours shows as INTERNAL without its message, which may hold anything.
 */
export function toServiceError(thrown: unknown): ServiceError {
  const error = ThawError.from(thrown);
  const message =
    thrown instanceof ThawError
      ? error.message.slice(0, MAX_MESSAGE_CHARS)
      : 'Something went wrong inside Thaw; its log says what.';
  const details = Object.entries(thrown instanceof ThawError ? error.details : {});
  const facts = details.filter(([name]) => name !== 'violations').slice(0, 8);
  const violations = violationsOf(error);
  const metadata = new Metadata();
  const rpcStatus = encodeRpcStatus({
    code: error.grpcStatus,
    message,
    errorInfo: {
      reason: error.code,
      domain: DOMAIN,
      metadata: Object.fromEntries(facts.map(([key, value]) => [key, asText(value)])),
    },
    ...(error.retryable && { retryDelayMs: RETRY_DELAY_MS }),
    ...(violations && { violations }),
  });
  metadata.set(DETAILS, Buffer.from(rpcStatus));
  return Object.assign(new Error(message), { code: statusOf(error.grpcStatus), details: message, metadata });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CATALOGUE, code);

/** The ThawError that a Thaw server meant, or undefined when the status carries none of ours. */
export function fromServiceError(error: ServiceError): ThawError | undefined {
  const [bytes] = error.metadata.get(DETAILS);
  if (!(bytes instanceof Uint8Array)) return undefined;
  const { message, errorInfo, violations } = decodeRpcStatus(bytes);
  if (errorInfo?.domain !== DOMAIN || !isErrorCode(errorInfo.reason)) return undefined;
  const details = { ...errorInfo.metadata, ...(violations && { violations }) };
  return new ThawError(errorInfo.reason, message, { cause: error, details });
}
