import { headerText, type RecordHeaders } from './headers.js';
import type { RecordSource } from './source.js';

/** How a record is written. */
export type Encoding = 'json' | 'protobuf';

/** The content type that says so. */
export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

export type Format = Encoding | 'cloudevents';

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['application/json', 'json'],
  ['application/x-protobuf', 'protobuf'],
  ['application/protobuf', 'protobuf'],
  ['application/cloudevents+json', 'cloudevents'],
]);

/** The format that a record's `content-type` header names; JSON where there is none, because people write it by hand. */
export function formatOfHeaders(source: RecordSource, headers: RecordHeaders | undefined): Format {
  const given = headers?.['content-type'];
  if (Buffer.isBuffer(given)) {
    for (const [contentType, format] of FORMATS) if (isText(given, contentType)) return format;
  }
  const contentType = headerText(headers, 'content-type');
  return contentType === undefined ? 'json' : formatOf(source, 'content-type', contentType);
}

/** The format of a content type, parameters aside (RFC 9110, section 8.3). */
export function formatOf(source: RecordSource, field: string, contentType: string): Format {
  const format = FORMATS.get(contentType) ?? FORMATS.get(contentType.split(';', 1)[0]!.trim().toLowerCase());
  if (format === undefined) {
    const problem = `is ${JSON.stringify(contentType.slice(0, 80))}, which is not supported`;
    throw source.error(field, problem, `use ${[...FORMATS.keys()].join(', ')}`);
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw source.error(field, `names the charset ${JSON.stringify(charset.slice(0, 40))}`, 'write records in UTF-8');
  }
  return format;
}

/** Whether the bytes are this ASCII text. Asked for every record, and ten times cheaper than making a string of them. */
function isText(bytes: Buffer, ascii: string): boolean {
  if (bytes.length !== ascii.length) return false;
  for (let i = 0; i < ascii.length; i++) if (bytes[i] !== ascii.charCodeAt(i)) return false;
  return true;
}
