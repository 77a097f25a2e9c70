import { describe, expect, test } from '@jest/globals';
import { ERROR_CATALOGUE, ThawError } from './errors.js';

describe('the error catalogue', () => {
  test('is in alphabetical order, so that two additions do not hide from each other', () => {
    const codes = Object.keys(ERROR_CATALOGUE);
    expect(codes).toEqual([...codes].sort());
  });

  test('gives what is no ThawError the code INTERNAL and keeps it as the cause', () => {
    const cause = new TypeError('x is not a function');
    const error = ThawError.from(cause);
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'x is not a function', retryable: false, grpcStatus: 13 });
    expect(error.cause).toBe(cause);
    expect(ThawError.from(error)).toBe(error);
  });
});
