import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeCoInteractionCount,
  decodeCustomerErasure,
  decodeInteraction,
  decodeListing,
  decodeProduct,
  DecodeError,
  encodeCoInteractionCount,
  encodeCustomerErasure,
  encodeInteraction,
  encodeListing,
  encodeProduct,
  events,
  INTERACTION_TYPES,
  LIMITS,
  LISTING_STATUSES,
  PRODUCT_STATUSES,
  type EncodedRecord,
  type Encoding,
  type RecordHeaders,
} from '../index.js';

const fits = (bytes: number) => (text: string) => Buffer.byteLength(text) <= bytes;
const id = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  )
  .filter((text) => !/\p{Cc}/u.test(text) && fits(LIMITS.idBytes)(text));
const prose = fc.string({ unit: 'binary', maxLength: 200 }).filter(fits(LIMITS.titleBytes));
const time = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 4e12 }),
  fc.double({ min: 0, max: 8.63e15, noNaN: true }),
);
const eventTimeMs = time.map((ms) => ms + 0);

interface Kind<T> {
  readonly name: string;
  readonly events: fc.Arbitrary<T>;
  readonly encode: (event: T, encoding?: Encoding) => EncodedRecord;
  readonly decode: (value: Buffer | null, headers?: RecordHeaders) => T;
}

const kind = <T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  encode: Kind<T>['encode'],
  decode: Kind<T>['decode'],
): Kind<unknown> => ({ name, events: arbitrary, encode: encode as Kind<unknown>['encode'], decode });

const KINDS: readonly Kind<unknown>[] = [
  kind(
    'Interaction',
    fc.record({ customerId: id, productId: id, type: fc.constantFrom(...INTERACTION_TYPES), eventTimeMs }),
    encodeInteraction,
    decodeInteraction,
  ),
  kind(
    'Listing',
    fc.record({ sellerId: id, productId: id, status: fc.constantFrom(...LISTING_STATUSES), eventTimeMs }),
    encodeListing,
    decodeListing,
  ),
  kind(
    'Product',
    fc.record({
      productId: id,
      categoryId: fc.oneof(fc.constant(''), id),
      title: prose,
      description: prose,
      status: fc.constantFrom(...PRODUCT_STATUSES),
      eventTimeMs,
    }),
    encodeProduct,
    decodeProduct,
  ),
  kind('CustomerErasure', fc.record({ customerId: id, eventTimeMs }), encodeCustomerErasure, decodeCustomerErasure),
  kind(
    'CoInteractionCount',
    fc
      .tuple(id, id, fc.nat(0xffffffff))
      .filter(([a, b]) => a !== b)
      .map(([a, b, count]) => ({ productIdA: a < b ? a : b, productIdB: a < b ? b : a, count })),
    encodeCoInteractionCount,
    decodeCoInteractionCount,
  ),
];
const ENCODINGS = ['json', 'protobuf'] as const;
const WAYS = KINDS.flatMap((each) => ENCODINGS.map((encoding) => ({ ...each, encoding })));

const NASTY = Buffer.from('\\"[]{}:,-e0\u0000\u007f\u00ff');

/** One to three changes of a byte string, each a number that says where, how and with which byte. */
const mutations = fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 3 });

function mutate(value: Buffer, changes: readonly number[]): Buffer {
  let bytes = [...value];
  for (const change of changes) {
    const index = (change >>> 11) % (bytes.length + 1);
    const any = change & 0xff;
    const byte = change & 0x100 ? any : NASTY[any % NASTY.length]!;
    switch ((change >>> 9) % 5) {
      case 0:
        bytes[index] = byte;
        break;
      case 1:
        bytes.splice(index, 0, byte);
        break;
      case 2:
        bytes.splice(index, 1 + (any % 4));
        break;
      case 3:
        bytes = bytes.slice(0, index);
        break;
      default:
        bytes = bytes.concat(bytes.slice(index));
    }
  }
  return Buffer.from(bytes);
}

describe.each(WAYS)('$name as $encoding', ({ events: arbitrary, encode, decode, encoding }) => {
  test('comes back as it went in', () => {
    fc.assert(
      fc.property(arbitrary, (event) => {
        const record = encode(event, encoding);
        expect(decode(record.value, record.headers)).toEqual(event);
      }),
      { numRuns: 100 },
    );
  });

  test('never throws anything but DecodeError, whatever happened to its bytes', () => {
    let decoded = 0;
    let refused = 0;
    const tryToDecode = (value: Buffer, headers: RecordHeaders): void => {
      try {
        decode(value, headers);
        decoded++;
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        refused++;
      }
    };
    fc.assert(
      fc.property(arbitrary, fc.array(mutations, { minLength: 25, maxLength: 25 }), (event, changes) => {
        const record = encode(event, encoding);
        for (const change of changes) tryToDecode(mutate(record.value, change), record.headers);
      }),
      { numRuns: 80 },
    );
    expect(decoded + refused).toBeGreaterThanOrEqual(2_000); // 20,000 over all kinds and encodings
    expect(Math.min(decoded, refused)).toBeGreaterThan(0); // the mutations reach both sides of the border
  });
});

describe('records of other writers', () => {
  test('decode as the generated code reads them, where it is as strict', () => {
    fc.assert(
      fc.property(
        id,
        id,
        fc.constantFrom(...INTERACTION_TYPES),
        fc.integer({ min: 1, max: 4e12 }),
        (c, p, name, ms) => {
          const type = events.interactionTypeFromJSON(`INTERACTION_TYPE_${name.toUpperCase()}`);
          const message = { customerId: c, productId: p, type, eventTimeMs: ms };
          const value = Buffer.from(events.Interaction.encode(message).finish());
          const headers = { 'content-type': Buffer.from('application/protobuf') };
          expect({ ...decodeInteraction(value, headers), type }).toEqual(events.Interaction.decode(value));
          expect(decodeInteraction(value, headers).type).toBe(name);
        },
      ),
    );
  });

  test('may hold fields that this version does not know', () => {
    const json = Buffer.from('{"seller_id":"s","product_id":"p","event_time_ms":1,"price":{"amount":[1,2]},"x":null}');
    expect(decodeListing(json)).toEqual({ sellerId: 's', productId: 'p', status: 'listed', eventTimeMs: 1 });
    const unknown = Buffer.concat([
      encodeListing({ sellerId: 's', productId: 'p', status: 'withdrawn', eventTimeMs: 1 }, 'protobuf').value,
      Buffer.from([0x7a, 2, 65, 66, 0x80, 0x01, 7]), // field 15: two bytes; field 16: the varint 7
    ]);
    expect(decodeListing(unknown, { 'content-type': 'application/x-protobuf' }).status).toBe('withdrawn');
  });
});
