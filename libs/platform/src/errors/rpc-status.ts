import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/**
 * The messages of google/rpc that Thaw sends with an error, and the envelope they travel in
 * (google/rpc/status.proto, google/rpc/error_details.proto). Written out here: the field numbers are frozen by Google.
 */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly errorInfo?: ErrorInfo;
  /** RetryInfo.retry_delay in milliseconds. */
  readonly retryDelayMs?: number;
  /** BadRequest.field_violations. */
  readonly violations?: readonly FieldViolation[];
}

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** Its path, such as `listed_products.product_ids[3]`. */
  readonly field: string;
  readonly description: string;
}

export interface ErrorInfo {
  /** The code of the error catalogue. */
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const tag = (field: number, wireType: 0 | 2): number => (field << 3) | wireType;

function encodeErrorInfo({ reason, domain, metadata }: ErrorInfo): Uint8Array {
  const writer = new BinaryWriter().uint32(tag(1, 2)).string(reason).uint32(tag(2, 2)).string(domain);
  for (const [key, value] of Object.entries(metadata)) {
    writer.uint32(tag(3, 2)).fork().uint32(tag(1, 2)).string(key).uint32(tag(2, 2)).string(value).join();
  }
  return writer.finish();
}

function encodeRetryInfo(delayMs: number): Uint8Array {
  const seconds = Math.floor(delayMs / 1000);
  const nanos = Math.round((delayMs % 1000) * 1e6);
  return new BinaryWriter()
    .uint32(tag(1, 2))
    .fork()
    .uint32(tag(1, 0))
    .int64(seconds)
    .uint32(tag(2, 0))
    .int32(nanos)
    .join()
    .finish();
}

function encodeBadRequest(violations: readonly FieldViolation[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { field, description } of violations) {
    writer.uint32(tag(1, 2)).fork().uint32(tag(1, 2)).string(field).uint32(tag(2, 2)).string(description).join();
  }
  return writer.finish();
}

/** A google.rpc.Status, as the trailer `grpc-status-details-bin` carries it. */
export function encodeRpcStatus({ code, message, errorInfo, retryDelayMs, violations }: RpcStatus): Uint8Array {
  const writer = new BinaryWriter().uint32(tag(1, 0)).int32(code).uint32(tag(2, 2)).string(message);
  const detail = (typeUrl: string, value: Uint8Array) =>
    writer.uint32(tag(3, 2)).fork().uint32(tag(1, 2)).string(typeUrl).uint32(tag(2, 2)).bytes(value).join();
  if (errorInfo !== undefined) detail(ERROR_INFO, encodeErrorInfo(errorInfo));
  if (retryDelayMs !== undefined) detail(RETRY_INFO, encodeRetryInfo(retryDelayMs));
  if (violations !== undefined) detail(BAD_REQUEST, encodeBadRequest(violations));
  return writer.finish();
}

/** Calls `field` for every field of a message; the ones it does not read are skipped. */
function readFields(bytes: Uint8Array, field: (number: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (!field(number, reader)) reader.skip(wireType);
  }
}

function decodeErrorInfo(bytes: Uint8Array): ErrorInfo {
  let [reason, domain] = ['', ''];
  const metadata = new Map<string, string>();
  readFields(bytes, (number, reader) => {
    if (number === 1) reason = reader.string();
    else if (number === 2) domain = reader.string();
    else if (number === 3) {
      let [key, value] = ['', ''];
      readFields(reader.bytes(), (part, entry) => {
        if (part === 1) key = entry.string();
        else if (part === 2) value = entry.string();
        else return false;
        return true;
      });
      metadata.set(key, value);
    } else return false;
    return true;
  });
  return { reason, domain, metadata: Object.fromEntries(metadata) };
}

function decodeRetryDelayMs(bytes: Uint8Array): number {
  let [seconds, nanos] = [0, 0];
  readFields(bytes, (number, reader) => {
    if (number !== 1) return false;
    readFields(reader.bytes(), (part, duration) => {
      if (part === 1) seconds = Number(duration.int64());
      else if (part === 2) nanos = duration.int32();
      else return false;
      return true;
    });
    return true;
  });
  return seconds * 1000 + nanos / 1e6;
}

function decodeBadRequest(bytes: Uint8Array): FieldViolation[] {
  const violations: FieldViolation[] = [];
  readFields(bytes, (number, reader) => {
    if (number !== 1) return false;
    let [field, description] = ['', ''];
    readFields(reader.bytes(), (part, violation) => {
      if (part === 1) field = violation.string();
      else if (part === 2) description = violation.string();
      else return false;
      return true;
    });
    violations.push({ field, description });
    return true;
  });
  return violations;
}

/** Reads what `encodeRpcStatus` wrote; details of other types are left out. Throws on bytes that are no protobuf. */
export function decodeRpcStatus(bytes: Uint8Array): RpcStatus {
  let [code, message] = [0, ''];
  let details: Pick<RpcStatus, 'errorInfo' | 'retryDelayMs' | 'violations'> = {};
  readFields(bytes, (number, reader) => {
    if (number === 1) code = reader.int32();
    else if (number === 2) message = reader.string();
    else if (number === 3) {
      let typeUrl = '';
      let value = new Uint8Array();
      readFields(reader.bytes(), (part, any) => {
        if (part === 1) typeUrl = any.string();
        else if (part === 2) value = new Uint8Array(any.bytes());
        else return false;
        return true;
      });
      if (typeUrl === ERROR_INFO) details = { ...details, errorInfo: decodeErrorInfo(value) };
      if (typeUrl === RETRY_INFO) details = { ...details, retryDelayMs: decodeRetryDelayMs(value) };
      if (typeUrl === BAD_REQUEST) details = { ...details, violations: decodeBadRequest(value) };
    } else return false;
    return true;
  });
  return { code, message, ...details };
}
