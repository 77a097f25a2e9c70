import { describe, expect, test } from '@jest/globals';
import {
  decodeCoInteractionCount,
  decodeInteraction,
  decodeListing,
  decodeProduct,
  DecodeError,
  encodeInteraction,
  encodeProduct,
  LIMITS,
  type InteractionEvent,
  type RecordHeaders,
} from '../index.js';

const EVENT: InteractionEvent = { customerId: 'c1', productId: 'p1', type: 'purchase', eventTimeMs: 1_700_000_000_123 };
const BODY = { customer_id: 'c1', product_id: 'p1', type: 'purchase', event_time_ms: 1_700_000_000_123 };
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

const decode = (json: unknown, headers?: RecordHeaders): InteractionEvent =>
  decodeInteraction(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)), headers);

/** The error of something that must fail with one. */
function errorOf(fails: () => unknown): DecodeError {
  try {
    fails();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('JSON', () => {
  test.each([
    ['snake_case', BODY],
    ['camelCase', { customerId: 'c1', productId: 'p1', type: 'purchase', eventTimeMs: EVENT.eventTimeMs }],
    ['an RFC 3339 time', { ...BODY, event_time_ms: undefined, event_time: '2023-11-14T22:13:20.123Z' }],
    ['a camelCase RFC 3339 time', { ...BODY, event_time_ms: null, eventTime: '2023-11-14t23:13:20.1239+01:00' }],
    ['a full enum name', { ...BODY, type: 'INTERACTION_TYPE_PURCHASE' }],
    ['an enum name in any case', { ...BODY, type: 'PurChase' }],
    ['an enum number', { ...BODY, type: 4 }],
  ])('takes %s', (_, json) => expect(decode(json)).toEqual(EVENT));

  test.each([
    ['customer_id', { ...BODY, customer_id: undefined }],
    ['customer_id', { ...BODY, customer_id: '' }],
    ['customer_id', { ...BODY, customer_id: 17 }],
    ['customer_id', { ...BODY, customer_id: ['c1'] }],
    ['customer_id', { ...BODY, customerId: 'c1' }],
    ['customer_id', { ...BODY, customer_id: 'é'.repeat(129) }],
    ['product_id', { ...BODY, product_id: 'a\u0000b' }],
    ['product_id', { ...BODY, product_id: 'a\u0085b' }],
    ['product_id', { ...BODY, product_id: 'p\ud800' }],
    ['type', { ...BODY, type: undefined }],
    ['type', { ...BODY, type: 'unspecified' }],
    ['type', { ...BODY, type: 'constructor' }],
    ['type', { ...BODY, type: 5 }],
    ['type', { ...BODY, type: { toString: 'view' } }],
    ['event_time_ms', { ...BODY, event_time_ms: undefined }],
    ['event_time_ms', { ...BODY, event_time_ms: '1700000000123' }],
    ['event_time_ms', { ...BODY, event_time_ms: -1 }],
    ['event_time_ms', { ...BODY, event_time_ms: 8.64e15 }],
    ['event_time_ms', '{"customer_id":"c1","product_id":"p1","type":"view","event_time_ms":1e999}'],
    ['event_time', { ...BODY, event_time_ms: undefined, event_time: 'yesterday' }],
    ['event_time', { ...BODY, event_time_ms: undefined, event_time: '1969-12-31T23:59:59Z' }],
    ['', '{"customer_id":"c1","product_id":"p1","type":"view","event_time_ms":NaN}'],
    ['', '"text"'],
    ['', 'null'],
    ['', '[{}]'],
    ['', ''],
    ['', '{"customer_id":'],
  ])('refuses a bad %s: %j', (field, json) => {
    const error = errorOf(() => decode(json));
    expect(error).toMatchObject({ code: 'EVENT_UNDECODABLE', field });
    expect(error.details).toEqual({ type: 'thaw.events.v1.Interaction', field });
    expect(error.message).toMatch(new RegExp(`^thaw\\.events\\.v1\\.Interaction: ${field || 'the record'} .+; .+`));
  });

  test('is safe against __proto__, and of a key given twice takes the last', () => {
    const hostile = `{"__proto__":{"type":"view"},"constructor":{"prototype":1},"customer_id":"c1","product_id":"p1","event_time_ms":1}`;
    expect(errorOf(() => decode(hostile)).field).toBe('type');
    expect(({} as { type?: string }).type).toBeUndefined();
    expect(decode(`{"customer_id":"c0",${JSON.stringify(BODY).slice(1)}`)).toEqual(EVENT);
  });

  test('must be UTF-8', () => {
    const value = Buffer.concat([Buffer.from('{"customer_id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(errorOf(() => decodeInteraction(value)).message).toContain('not valid UTF-8');
  });

  test(`may nest to a depth of ${LIMITS.jsonDepth}, brackets in strings not counted`, () => {
    const nested = (depth: number) => ({
      ...BODY,
      note: '[[[[{{{{\\"'.repeat(9),
      extra: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown,
    });
    expect(decode(nested(LIMITS.jsonDepth - 1))).toEqual(EVENT);
    expect(errorOf(() => decode(nested(LIMITS.jsonDepth))).message).toContain('deeper');
    expect(errorOf(() => decode('['.repeat(60_000))).message).toContain('deeper');
  });
});

describe('protobuf', () => {
  const value = encodeInteraction(EVENT, 'protobuf').value;
  const refuse = (bytes: Buffer) => errorOf(() => decodeInteraction(bytes, PROTOBUF));

  test('tells a time of 0 from no time', () => {
    const epoch = encodeInteraction({ ...EVENT, eventTimeMs: 0 }, 'protobuf').value;
    expect(decodeInteraction(epoch, PROTOBUF).eventTimeMs).toBe(0);
    expect(refuse(value.subarray(0, -9)).field).toBe('event_time_ms');
  });

  test('refuses NaN and infinite times, invalid UTF-8, truncation and trailing bytes', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const bytes = Buffer.from(value);
      bytes.writeDoubleLE(bad, bytes.length - 8);
      expect(refuse(bytes).field).toBe('event_time_ms');
    }
    const invalid = Buffer.from(value);
    invalid[2] = 0xff; // the first byte of customer_id
    expect(refuse(invalid).message).toContain('is not a protobuf message');
    expect(refuse(value.subarray(0, -1)).message).toContain('is not a protobuf message');
    expect(refuse(Buffer.concat([value, Buffer.from([0, 1])])).message).toContain('goes on after');
  });
});

describe('the content type', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    '%s is JSON',
    (type) => {
      expect(decode(BODY, { 'content-type': type })).toEqual(EVENT);
      expect(decode(BODY, { 'content-type': [Buffer.from('text/plain'), Buffer.from(type)] })).toEqual(EVENT);
    },
  );

  test.each(['application/x-protobuf', 'application/protobuf', 'application/x-protobuf; proto=thaw'])(
    '%s is protobuf',
    (type) => {
      expect(
        decodeInteraction(encodeInteraction(EVENT, 'protobuf').value, { 'content-type': Buffer.from(type) }),
      ).toEqual(EVENT);
    },
  );

  test('is refused by name where it is another, with the ones that would do', () => {
    const error = errorOf(() => decode(BODY, { 'content-type': 'application/avro' }));
    expect(error.field).toBe('content-type');
    expect(error.message).toContain(
      '"application/avro", which is not supported; use application/json, application/x-protobuf',
    );
    expect(errorOf(() => decode(BODY, { 'content-type': 'application/json; charset=latin1' })).message).toContain(
      'latin1',
    );
  });
});

describe('CloudEvents', () => {
  const binary = {
    ce_type: Buffer.from('thaw.events.v1.Interaction'),
    ce_id: 'e-7',
    ce_source: '/shop',
    ce_time: '2023-11-14T22:13:20.123Z',
  };
  const envelope = { specversion: '1.0', type: 'thaw.events.v1.Interaction', id: 'e-7', source: '/shop' };
  const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

  test('in binary mode: the type must be that of the topic, the time stands in for a missing one', () => {
    expect(decode({ ...BODY, event_time_ms: undefined }, binary)).toEqual(EVENT);
    expect(decode({ ...BODY, event_time_ms: 5 }, binary).eventTimeMs).toBe(5);
    expect(
      decodeInteraction(encodeInteraction(EVENT, 'protobuf').value.subarray(0, -9), { ...binary, ...PROTOBUF }),
    ).toEqual(EVENT);
    const other = errorOf(() => decodeListing(Buffer.from(JSON.stringify(BODY)), binary));
    expect(other.details).toEqual({
      type: 'thaw.events.v1.Listing',
      field: 'ce_type',
      ce_id: 'e-7',
      ce_source: '/shop',
    });
    expect(errorOf(() => decode({ ...BODY, event_time_ms: undefined }, { ...binary, ce_time: 'noon' })).field).toBe(
      'ce_time',
    );
  });

  test('in structured mode: data as an object, or base64 of JSON or protobuf', () => {
    const data_base64 = (bytes: Buffer) => bytes.toString('base64');
    expect(decode({ ...envelope, data: BODY }, structured)).toEqual(EVENT);
    expect(decode({ ...envelope, time: binary.ce_time, data: { ...BODY, event_time_ms: null } }, structured)).toEqual(
      EVENT,
    );
    expect(decode({ ...envelope, data_base64: data_base64(Buffer.from(JSON.stringify(BODY))) }, structured)).toEqual(
      EVENT,
    );
    const value = encodeInteraction(EVENT, 'protobuf').value;
    const datacontenttype = 'application/protobuf';
    expect(decode({ ...envelope, datacontenttype, data_base64: data_base64(value) }, structured)).toEqual(EVENT);
  });

  test.each([
    ['specversion', { ...envelope, specversion: '0.3', data: BODY }],
    ['type', { ...envelope, type: 'thaw.events.v1.Listing', data: BODY }],
    ['id', { ...envelope, id: '', data: BODY }],
    ['source', { ...envelope, source: 7, data: BODY }],
    ['data', envelope],
    ['data', { ...envelope, data: '{}' }],
    ['data_base64', { ...envelope, data_base64: '!' }],
    ['data_base64', { ...envelope, datacontenttype: 'application/protobuf', data: BODY }],
    ['datacontenttype', { ...envelope, datacontenttype: 'text/xml', data: BODY }],
    ['customer_id', { ...envelope, data: { ...BODY, customer_id: '' } }],
  ])('in structured mode: a bad %s is named', (field, json) => {
    expect(errorOf(() => decode(json, structured)).field).toBe(field);
  });
});

describe('limits', () => {
  test('hold for records, texts and ids, and at the limit all is well', () => {
    const product = { productId: 'é'.repeat(128), categoryId: '', status: 'active', eventTimeMs: 1 } as const;
    const longest = { ...product, title: 'é'.repeat(512), description: 'x'.repeat(LIMITS.descriptionBytes) };
    const { value, headers } = encodeProduct(longest);
    expect(decodeProduct(value, headers)).toEqual(longest);
    expect(errorOf(() => encodeProduct({ ...longest, title: `${longest.title}x` })).field).toBe('title');
    expect(errorOf(() => encodeProduct({ ...longest, description: `${longest.description}x` })).field).toBe(
      'description',
    );
    expect(errorOf(() => encodeProduct({ ...longest, title: '\udfff' })).field).toBe('title');
    expect(errorOf(() => decode(`${JSON.stringify(BODY)}${' '.repeat(LIMITS.recordBytes)}`)).message).toContain(
      '65536',
    );
    const escaped = { ...longest, description: '\u0001'.repeat(LIMITS.descriptionBytes) };
    expect(errorOf(() => encodeProduct(escaped)).message).toContain('bytes long');
    expect(encodeProduct(escaped, 'protobuf').value.length).toBeLessThan(LIMITS.recordBytes);
  });
});

describe('co-interaction counts', () => {
  test('a tombstone is a count of 0 for the pair of its key', () => {
    expect(decodeCoInteractionCount(null, undefined, Buffer.from('p1\np2'))).toEqual({
      productIdA: 'p1',
      productIdB: 'p2',
      count: 0,
    });
    expect(errorOf(() => decodeCoInteractionCount(null, undefined, Buffer.from('p1'))).field).toBe('key');
    expect(errorOf(() => decodeCoInteractionCount(null)).field).toBe('key');
    expect(errorOf(() => decodeInteraction(null)).message).toContain('tombstone');
  });

  test('the count of a product with itself is one too: its customers', () => {
    const json = Buffer.from('{"product_id_a":"p1","product_id_b":"p1","count":7}');
    expect(decodeCoInteractionCount(json)).toEqual({ productIdA: 'p1', productIdB: 'p1', count: 7 });
  });

  test.each([
    ['product_id_a', '{"product_id_a":"p2","product_id_b":"p1","count":1}'],
    ['count', '{"product_id_a":"p1","product_id_b":"p2","count":1.5}'],
    ['count', '{"product_id_a":"p1","product_id_b":"p2","count":4294967296}'],
  ])('refuses a bad %s', (field, json) => {
    expect(errorOf(() => decodeCoInteractionCount(Buffer.from(json))).field).toBe(field);
  });
});
