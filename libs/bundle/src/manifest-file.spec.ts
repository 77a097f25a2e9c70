import { expect, test } from '@jest/globals';
import { ThawError } from '@thaw/contracts';
import { decodeManifest, encodeManifest } from './manifest-file.js';
import type { Manifest } from './manifest.js';
import { draft } from './testing.fixture.js';

const file = (name: string) => ({ name, bytes: 5, sha256: 'c'.repeat(64) });
const manifest: Manifest = {
  schemaVersion: 1,
  version: 'v000001',
  ...draft(),
  files: ['card.md', 'products.ids', 'sellers.ids', 'vectors.safetensors'].map(file),
};
const decode = (bytes: Uint8Array): Manifest => decodeManifest(bytes, 'v000001', 'the manifest');

test('a manifest is read as it was written, and is JSON to any other reader', () => {
  const bytes = encodeManifest(manifest);
  expect(decode(bytes)).toEqual(manifest);
  expect(JSON.parse(bytes.toString())).toMatchObject(manifest);
});

function isRefused(bytes: Uint8Array): boolean {
  try {
    decode(bytes);
    return false;
  } catch (thrown) {
    return thrown instanceof ThawError && thrown.code === 'BUNDLE_INVALID';
  }
}

test('each single changed bit is found, and each shorter file', () => {
  const bytes = encodeManifest(manifest);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    if (!isRefused(bytes)) throw new Error(`bit ${bit} may change`);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  for (let length = 0; length < bytes.length; length++) {
    if (!isRefused(bytes.subarray(0, length))) throw new Error(`${length} bytes are taken`);
  }
  expect(isRefused(bytes)).toBe(false);
});

test('keys that a later Thaw adds are passed over', () => {
  const later = { ...manifest, trainingCurves: [1, 2] };
  expect(decode(encodeManifest(later))).toEqual(manifest);
});

test('a later schema is told apart from damage', () => {
  const later = { ...manifest, schemaVersion: 2, gate: undefined } as unknown as Manifest;
  expect(() => decode(encodeManifest(later))).toThrow(
    expect.objectContaining({
      code: 'BUNDLE_VERSION',
      message: expect.stringMatching(/schema version 2, and this Thaw reads 1/),
    }),
  );
});
