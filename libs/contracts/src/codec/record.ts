import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { readEnvelope } from './cloud-event.js';
import { CONTENT_TYPES, formatOfHeaders, type Encoding } from './encoding.js';
import { headerText, type RecordHeaders } from './headers.js';
import { parseJsonObject, type JsonObject } from './json.js';
import { LIMITS } from './limits.js';
import { RecordSource } from './source.js';
import { DecodeError } from './decode-error.js';
import { StrictReader } from './protobuf.js';

/** How one kind of message is read and written. The functions throw DecodeError where a field is not as it must be. */
export interface MessageCodec<T> {
  /** Full name of the protobuf message. */
  readonly type: string;
  readonly fromJson: (source: RecordSource, json: JsonObject) => T;
  readonly fromProtobuf: (source: RecordSource, reader: StrictReader) => T;
  /** The same event, after the checks that decoding makes. */
  readonly check: (source: RecordSource, event: T) => T;
  readonly key: (event: T) => string;
  readonly toJson: (event: T) => JsonObject;
  readonly toProtobuf: (event: T, writer: BinaryWriter) => BinaryWriter;
}

/** A record ready to be produced. */
export interface EncodedRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<'content-type', Buffer>>;
}

const HEADERS: Readonly<Record<Encoding, EncodedRecord['headers']>> = {
  json: { 'content-type': Buffer.from(CONTENT_TYPES.json) },
  protobuf: { 'content-type': Buffer.from(CONTENT_TYPES.protobuf) },
};

/** One for all, empty between two records: encoding is synchronous, and a new one costs more than what it writes. */
const writer = new BinaryWriter();

/**
 * The event in a record, whichever way it is written.
 * @throws DecodeError and nothing else, whatever the bytes
 */
export function decodeRecord<T>(codec: MessageCodec<T>, value: Buffer | null, headers?: RecordHeaders): T {
  const source = new RecordSource(codec.type, headers);
  if (value === null || value.length === 0) {
    throw source.error('', 'has no value', 'send the message as JSON or protobuf; a tombstone means nothing here');
  }
  checkSize(source, value);
  if (headers !== undefined) checkType(source, 'ce_type', headerText(headers, 'ce_type'));
  const format = formatOfHeaders(source, headers);
  if (format === 'protobuf') return decodeProtobuf(codec, source, value);
  const json = parseJsonObject(source, value);
  if (format === 'json') return codec.fromJson(source, json);
  const data = readEnvelope(source, json);
  checkType(source, 'type', data.type);
  return Buffer.isBuffer(data.body) ? decodeProtobuf(codec, source, data.body) : codec.fromJson(source, data.body);
}

/**
 * A record of the event: what this returns, `decodeRecord` takes.
 * @throws DecodeError where the event breaks a limit, so that a producer learns of it before its readers do
 */
export function encodeRecord<T>(codec: MessageCodec<T>, given: T, encoding: Encoding): EncodedRecord {
  const source = new RecordSource(codec.type, undefined);
  const event = codec.check(source, given);
  const value =
    encoding === 'json'
      ? Buffer.from(JSON.stringify(codec.toJson(event)))
      : Buffer.from(codec.toProtobuf(event, writer).finish());
  checkSize(source, value);
  return { key: Buffer.from(codec.key(event)), value, headers: HEADERS[encoding] };
}

function decodeProtobuf<T>(codec: MessageCodec<T>, source: RecordSource, value: Buffer): T {
  const reader = new StrictReader(value);
  let event: T;
  try {
    event = codec.fromProtobuf(source, reader);
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    const problem = `is not a protobuf message (${cause instanceof Error ? cause.message : String(cause)})`;
    throw source.error(
      '',
      problem,
      'write it with the published proto, or for JSON set content-type: application/json',
      cause,
    );
  }
  if (reader.pos === value.length) return event;
  throw source.error('', 'goes on after the protobuf message ended', 'write exactly one message a record');
}

function checkSize(source: RecordSource, value: Buffer): void {
  if (value.length <= LIMITS.recordBytes) return;
  throw source.error('', `is ${value.length} bytes long`, `keep records to at most ${LIMITS.recordBytes} bytes`);
}

function checkType(source: RecordSource, field: string, type: string | undefined): void {
  if (type === undefined || type === source.type) return;
  const problem = `is ${JSON.stringify(type.slice(0, 80))}, not the type of this topic`;
  throw source.error(field, problem, `send ${source.type} here, and other events to their own topics`);
}
