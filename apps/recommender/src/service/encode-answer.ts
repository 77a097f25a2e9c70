import { recommender } from '@thaw/contracts';

/** Below this length a loop over the characters is faster than the call that does it in one piece. */
const SHORT = 100;
/** What two bytes of a varint can say. */
const LONGEST_PRODUCT = 0x3fff;
/** Of a product beside its strings and reasons: tags, lengths, score and counts. */
const FIXED_BYTES = 64;
const CONTEXT_BYTES = 512;

/** Fields of the messages, as tag bytes (recommender.proto): number << 3 | wire type. */
const TAG = { context: 0x0a, product: 0x12, productId: 0x0a, title: 0x12, categoryId: 0x1a, score: 0x21 } as const;
const COUNTS = { listings: 0x28, customers: 0x30, reasons: 0x3a } as const;

let buffer = Buffer.allocUnsafeSlow(64 * 1024);
let at = 0;

/**
 * The answer in protobuf, as `RecommendResponse.encode` makes it but for lengths of two bytes where one would do. An answer
 * holds hundreds of short strings in small messages: writing them into one buffer takes half the generated code's
 * time, and leaves no garbage.
 */
export function encodeProducts({
  context,
  products,
}: recommender.RecommendResponse | recommender.SimilarResponse): Buffer {
  at = 0;
  const said = context && recommender.AnswerContext.encode(context).finish();
  reserve(CONTEXT_BYTES + (said?.length ?? 0));
  if (said !== undefined) bytes(TAG.context, said);
  for (const each of products) product(each);
  return Buffer.from(buffer.subarray(0, at));
}

function product(message: recommender.RecommendedProduct): void {
  const { productId, title, categoryId, score, listings, customers, reasons } = message;
  const why = reasons && recommender.Reasons.encode(reasons).finish();
  // A character takes three bytes at most.
  const most = FIXED_BYTES + 3 * (productId.length + title.length + categoryId.length) + (why?.length ?? 0);
  reserve(most);
  if (most > LONGEST_PRODUCT) {
    bytes(TAG.product, recommender.RecommendedProduct.encode(message).finish());
    return;
  }
  buffer[at] = TAG.product;
  const start = at + 3;
  at = start;
  text(TAG.productId, productId);
  text(TAG.title, title);
  text(TAG.categoryId, categoryId);
  if (score !== 0) {
    buffer[at] = TAG.score;
    at = buffer.writeDoubleLE(score, at + 1);
  }
  count(COUNTS.listings, listings);
  count(COUNTS.customers, customers);
  if (why !== undefined) bytes(COUNTS.reasons, why);
  const length = at - start;
  buffer[start - 2] = (length & 0x7f) | 0x80;
  buffer[start - 1] = length >>> 7;
}

function reserve(more: number): void {
  if (at + more <= buffer.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, at + more));
  buffer.copy(larger, 0, 0, at);
  buffer = larger;
}

function text(tag: number, value: string): void {
  if (value === '') return;
  buffer[at++] = tag;
  const start = at + 1;
  let end = start;
  if (value.length < SHORT) {
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) break;
      buffer[end++] = code;
    }
  }
  if (end - start !== value.length) {
    // Not short, or not ASCII: its length in bytes is known only afterwards.
    const length = buffer.write(value, at + 2, 'utf8');
    buffer[at] = (length & 0x7f) | 0x80;
    buffer[at + 1] = length >>> 7;
    at += 2 + length;
    return;
  }
  buffer[at] = value.length;
  at = end;
}

function bytes(tag: number, value: Uint8Array): void {
  reserve(value.length + 8);
  buffer[at++] = tag;
  varint(value.length);
  buffer.set(value, at);
  at += value.length;
}

function count(tag: number, value: number): void {
  if (value === 0) return;
  buffer[at++] = tag;
  varint(value);
}

function varint(value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest = rest >>> 7) buffer[at++] = (rest & 0x7f) | 0x80;
  buffer[at++] = rest;
}
