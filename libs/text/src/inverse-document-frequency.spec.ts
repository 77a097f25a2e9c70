import { describe, expect, test } from '@jest/globals';
import { InverseDocumentFrequency } from './inverse-document-frequency.js';

function withDocuments(count: number): InverseDocumentFrequency {
  const idf = new InverseDocumentFrequency(4);
  for (let i = 0; i < count; i++) idf.add(i % 2 === 0 ? [0, 1] : [0]);
  idf.refresh();
  return idf;
}

describe('InverseDocumentFrequency', () => {
  test('weighs a feature less the more documents have it', () => {
    const idf = withDocuments(20);
    expect(idf.weight(0)).toBeCloseTo(1, 6);
    expect(idf.weight(1)).toBeCloseTo(Math.log(21 / 11) + 1, 6);
    expect(idf.weight(2)).toBeCloseTo(Math.log(21) + 1, 6);
  });

  test('is stale once the catalogue is more than a tenth larger or smaller', () => {
    const idf = withDocuments(20);
    idf.add([1]);
    idf.add([1]);
    expect(idf.isStale).toBe(false);
    idf.add([1]);
    expect(idf.isStale).toBe(true);
    for (let i = 0; i < 3; i++) idf.remove([1]);
    expect(idf.isStale).toBe(false);
    for (let i = 0; i < 3; i++) idf.remove([0]);
    expect(idf.isStale).toBe(true);
  });

  test('keeps its weights until it is refreshed', () => {
    const idf = withDocuments(20);
    const before = [idf.weight(3), idf.epoch];
    idf.add([3]);
    expect([idf.weight(3), idf.epoch]).toEqual(before);
    idf.refresh();
    expect(idf.weight(3)).toBeLessThan(before[0]!);
    expect(idf.epoch).toBe(before[1]! + 1);
  });

  test('counts nothing of a document that was taken back', () => {
    const idf = withDocuments(20);
    idf.add([2, 3]);
    idf.remove([2, 3]);
    idf.refresh();
    expect(idf.weight(2)).toBe(withDocuments(20).weight(2));
  });
});
