import { describe, expect, test } from '@jest/globals';
import { ERROR_CATALOGUE, type ErrorCode, ThawError } from '@thaw/contracts';
import fc from 'fast-check';
import { status } from '@grpc/grpc-js';
import { fromServiceError, toServiceError } from './grpc.js';
import { toProblem } from './problem.js';
import { decodeRpcStatus, encodeRpcStatus } from './rpc-status.js';

const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe('an error over gRPC', () => {
  test.each(codes)('%s comes back as it was', (code) => {
    const sent = new ThawError(code, 'The store is full.', { details: { path: '/data', freeBytes: 12 } });
    const service = toServiceError(sent);
    expect(service).toMatchObject({ code: sent.grpcStatus, details: 'The store is full.' });
    expect(fromServiceError(service)).toMatchObject({
      code,
      message: 'The store is full.',
      details: { path: '/data', freeBytes: '12' },
    });
  });

  test('says when to try again exactly if that can help', () => {
    const delayOf = (code: ErrorCode): number | undefined => {
      const [bytes] = toServiceError(new ThawError(code, 'x')).metadata.get('grpc-status-details-bin');
      return decodeRpcStatus(bytes as Uint8Array).retryDelayMs;
    };
    expect(delayOf('STORE_UNAVAILABLE')).toBe(1000);
    expect(delayOf('STORE_CORRUPT')).toBeUndefined();
  });

  test('names every field that is wrong', () => {
    const violations = [
      { field: 'limit', description: 'must be at most 1000' },
      { field: 'seller', description: 'is missing' },
    ];
    const service = toServiceError(new ThawError('REQUEST_INVALID', 'x', { details: { violations } }));
    expect(fromServiceError(service)?.details).toEqual({ violations });
  });

  test('that is none of ours says nothing of what it was', () => {
    const service = toServiceError(new Error('password=hunter2'));
    expect(service.code).toBe(status.INTERNAL);
    expect(JSON.stringify([service.message, service.details, service.metadata.toJSON()])).not.toContain('hunter2');
    expect(fromServiceError(service)?.code).toBe('INTERNAL');
  });

  test('fits into the headers that peers accept', () => {
    const details = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'x'.repeat(5000)]));
    const service = toServiceError(new ThawError('INTERNAL', 'y'.repeat(100_000), { details }));
    expect(JSON.stringify(service.metadata.toJSON()).length).toBeLessThan(16_384);
  });

  test('survives encoding whatever the text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(text, text, fc.dictionary(text, text), fc.nat(10 ** 6), (reason, message, pairs, retryDelayMs) => {
        const metadata = Object.fromEntries(Object.entries(pairs));
        const sent = { code: 14, message, errorInfo: { reason, domain: 'thaw', metadata }, retryDelayMs };
        expect(decodeRpcStatus(encodeRpcStatus(sent))).toEqual(sent);
      }),
    );
  });
});

describe('an error over HTTP', () => {
  test('is a problem with the status that goes with its code', () => {
    expect(toProblem(new ThawError('DATASET_NOT_FOUND', 'No such folder.', { details: { path: 'x' } }))).toEqual({
      type: 'urn:thaw:error:DATASET_NOT_FOUND',
      title: 'DATASET_NOT_FOUND',
      status: 404,
      detail: 'No such folder.',
      code: 'DATASET_NOT_FOUND',
      retryable: false,
      details: { path: 'x' },
    });
    expect(toProblem(new ThawError('STORE_UNAVAILABLE', 'Disk full.')).status).toBe(503);
  });

  test('that is none of ours says nothing of what it was', () => {
    expect(toProblem(new TypeError('secret'))).toMatchObject({
      status: 500,
      detail: expect.not.stringContaining('secret'),
    });
  });
});
