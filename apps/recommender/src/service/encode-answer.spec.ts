import { expect, test } from '@jest/globals';
import { recommender } from '@thaw/contracts';
import fc from 'fast-check';
import { encodeProducts } from './encode-answer.js';

const text = fc.oneof(
  fc.string({ maxLength: 60, size: 'max' }),
  fc.string({ unit: 'binary', maxLength: 60, size: 'max' }),
  fc.string({ unit: 'grapheme', maxLength: 400, size: 'max' }),
);
const number = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: 0xffff_ffff }));
const reasons = fc.record({
  boughtWith: fc.array(fc.record({ productId: text, title: text, customers: number }), { maxLength: 5 }),
  sameCategoryListings: number,
  textSimilarity: fc.double({ noNaN: true }),
  similarProductId: text,
});
const product = fc.record({
  productId: text,
  title: fc.oneof(text, fc.constant('long '.repeat(5000))),
  categoryId: text,
  score: fc.oneof(fc.constant(0), fc.double({ noNaN: true })),
  listings: number,
  customers: number,
  reasons: fc.option(reasons, { nil: undefined }),
});
const context = fc.record({
  version: text,
  graphSequence: fc.nat(),
  graphAgeSeconds: fc.double({ noNaN: true }),
  versionAgeSeconds: fc.double({ noNaN: true }),
  fallback: fc.constantFrom(
    recommender.Fallback.UNSPECIFIED,
    recommender.Fallback.NONE,
    recommender.Fallback.NO_VECTOR,
  ),
});

test('what is encoded decodes as what the generated code encodes', () => {
  const answer = fc.record({ context: fc.option(context, { nil: undefined }), products: fc.array(product) });
  const { RecommendResponse } = recommender;
  fc.assert(
    fc.property(answer, (message) => {
      const expected = RecommendResponse.decode(RecommendResponse.encode(message).finish());
      expect(RecommendResponse.decode(encodeProducts(message))).toEqual(expected);
    }),
  );
});
