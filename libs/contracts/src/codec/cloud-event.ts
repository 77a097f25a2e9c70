import { formatOf } from './encoding.js';
import { parseJsonObject, requireObject, type JsonObject } from './json.js';
import type { RecordSource } from './source.js';

/** What a structured-mode CloudEvent holds: a JSON object, or the bytes of a protobuf message. */
export interface CloudEventData {
  readonly type: string;
  readonly body: JsonObject | Buffer;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Opens an `application/cloudevents+json` envelope (CloudEvents 1.0, JSON event format) and hands its attributes to
 * `source`. Data that is an object is JSON; `data_base64` is what `datacontenttype` says, JSON by default.
 * @throws DecodeError where a required attribute or the data is missing
 */
export function readEnvelope(source: RecordSource, json: JsonObject): CloudEventData {
  if (json['specversion'] !== '1.0') {
    throw source.error(
      'specversion',
      'must be "1.0"',
      'send a CloudEvent of version 1.0, or content-type application/json',
    );
  }
  const type = required(source, json, 'type');
  source.open({
    id: required(source, json, 'id'),
    source: required(source, json, 'source'),
    time: optional(source, json, 'time'),
  });
  const format = formatOf(source, 'datacontenttype', optional(source, json, 'datacontenttype') ?? 'application/json');
  const base64 = optional(source, json, 'data_base64');
  if (base64 === undefined && format === 'json') return { type, body: requireObject(source, 'data', json['data']) };
  if (base64 === undefined || format === 'cloudevents' || !BASE64.test(base64)) {
    throw source.error('data_base64', 'is not base64 of JSON or protobuf', 'send data as an object or data_base64');
  }
  const bytes = Buffer.from(base64, 'base64');
  return { type, body: format === 'json' ? parseJsonObject(source, bytes) : bytes };
}

function optional(source: RecordSource, json: JsonObject, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw source.error(name, 'must be a string', 'send it as CloudEvents 1.0 demands');
}

function required(source: RecordSource, json: JsonObject, name: string): string {
  const value = optional(source, json, name);
  if (value !== undefined && value !== '') return value;
  throw source.error(name, 'is missing or empty', 'CloudEvents 1.0 demands it');
}
