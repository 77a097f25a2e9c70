import { expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import { until } from '../../../../test/support/until.js';
import type { Embedding } from './embedding.js';
import type { ServedVersion } from './served-version.js';
import { VersionKeeper } from './version-keeper.js';

/** Versions that only note what they take. */
function keeperOf() {
  const taken = new Map<string, string[]>();
  const readAgain: string[] = [];
  const load = ({ version }: operator.Version): Promise<ServedVersion> => {
    const ids: string[] = [];
    taken.set(version, ids);
    const served = {
      version,
      take: ({ id }: Embedding) => ids.push(id),
      index: { searchable: () => [] },
      close: () => undefined,
    };
    return Promise.resolve(served as unknown as ServedVersion);
  };
  const keeper = new VersionKeeper({
    load,
    embeddings: {
      caughtUp: () => Promise.resolve(),
      readAgain: (version) => {
        readAgain.push(version);
        return Promise.resolve();
      },
    },
    graph: () => undefined,
    bufferBytes: 1_000_000,
    onSwap: () => undefined,
    log: () => undefined,
  });
  const serve = async (version: string): Promise<void> => {
    keeper.want(operator.Version.fromPartial({ version }));
    await until(() => keeper.current?.version === version);
  };
  const embed = (version: string, id: string): void =>
    keeper.take({ type: 'product', id, version, vector: new Float32Array(4), partition: 0, offset: 0 });
  return { keeper, serve, embed, taken, readAgain };
}

test('a rollback, and the way forward again, have what was embedded without reading the topic again', async () => {
  const { keeper, serve, embed, taken, readAgain } = keeperOf();
  embed('v000001', 'a');
  await serve('v000001');
  embed('v000001', 'b');
  embed('v000002', 'c');
  await serve('v000002');
  embed('v000002', 'd');
  await serve('v000001');
  expect(taken.get('v000001')).toEqual(['a', 'b']);
  embed('v000001', 'e');
  await serve('v000002');
  expect(taken.get('v000002')).toEqual(['c', 'd']);
  await serve('v000001');
  expect(taken.get('v000001')).toEqual(['a', 'b', 'e']);
  expect(readAgain).toEqual([]);
  await keeper.close();
});

test('those before the last are let go of: the topic is read again for them', async () => {
  const { keeper, serve, embed, taken, readAgain } = keeperOf();
  for (const version of ['v000001', 'v000002', 'v000003']) {
    embed(version, 'a');
    await serve(version);
  }
  await serve('v000002');
  await serve('v000001');
  expect(readAgain).toEqual(['v000001']);
  expect(taken.get('v000001')).toEqual([]);
  await keeper.close();
});
