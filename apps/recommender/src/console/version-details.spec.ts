import { expect, test } from '@jest/globals';
import type { BundleStore, Manifest } from '@thaw/bundle';
import { VersionDetails } from './version-details.js';

const MANIFEST = {
  kind: 'fine-tune',
  createdAtMs: 5,
  counts: { products: 3, sellers: 2, candidates: 1 },
  settings: { channels: [{ name: 'id-hash', dimensions: 8, weight: 0.5 }], dimensions: 9, coInteractionThreshold: 2 },
  gate: { passed: true, reason: 'better' },
} as unknown as Manifest;

/** A store whose every bundle has these curves; counts what is read. */
function detailsOf(curves: string | undefined) {
  const reads: string[] = [];
  const store: Pick<BundleStore, 'manifest' | 'readFile'> = {
    manifest: (version) => {
      reads.push(version);
      return Promise.resolve(MANIFEST);
    },
    readFile: () => Promise.resolve(curves === undefined ? undefined : Buffer.from(curves)),
  };
  return { details: new VersionDetails(store), reads };
}

test('a version without a trained network has no curves', async () => {
  const { details } = detailsOf(undefined);
  expect(await details.of('v000001')).toMatchObject({
    version: 'v000001',
    kind: 'fine-tune',
    channels: [{ name: 'id-hash', dimensions: 8, weight: 0.5 }],
    curves: null,
  });
});

test('curves are read, what is no point is left out, and long ones are thinned but for their end', async () => {
  const loss = Array.from({ length: 1201 }, (_, step) => [step, 1 / (step + 1)]);
  const { details } = detailsOf(JSON.stringify({ loss, recall: [[1, 0.5], ['2', 0.6], [3], null, [4, 0.7]] }));
  const { curves } = await details.of('v000001');
  expect(curves?.loss.length).toBeLessThanOrEqual(501);
  expect(curves?.loss[0]).toEqual([0, 1]);
  expect(curves?.loss.at(-1)).toEqual([1200, 1 / 1201]);
  expect(curves?.recall).toEqual([
    [1, 0.5],
    [4, 0.7],
  ]);
});

test.each(['{}', '[]', '7', 'null'])('curves that hold none (%s) are empty', async (text) => {
  expect((await detailsOf(text).details.of('v000001')).curves).toEqual({ loss: [], recall: [] });
});

test('curves that cannot be read are told with the version', async () => {
  await expect(detailsOf('{').details.of('v000009')).rejects.toMatchObject({
    code: 'BUNDLE_INVALID',
    message: expect.stringContaining('v000009'),
  });
});

test('a bundle is read once, and a bounded number is kept', async () => {
  const { details, reads } = detailsOf(undefined);
  for (let round = 0; round < 2; round++) for (let n = 1; n <= 16; n++) await details.of(`v${n}`);
  expect(reads).toHaveLength(16);
  await details.of('v17');
  await details.of('v1');
  expect(reads.slice(16)).toEqual(['v17', 'v1']);
});
