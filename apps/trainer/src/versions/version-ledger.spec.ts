import { beforeEach, describe, expect, test } from '@jest/globals';
import { operator } from '@thaw/contracts';
import fc from 'fast-check';
import { type Version, VersionLedger, type VersionRecord } from './version-ledger.js';

const { VersionState } = operator;

const made = (number: number, state = VersionState.SERVING): Version =>
  operator.Version.fromPartial({
    version: `v${String(number).padStart(6, '0')}`,
    state,
    rejectedBecause: state === VersionState.REJECTED ? 'worse' : '',
  });
const rejected = (number: number): Version => made(number, VersionState.REJECTED);

let topic: VersionRecord[];
let ledger: VersionLedger;

beforeEach(() => {
  topic = [];
  ledger = new VersionLedger((records) => {
    topic.push(...records);
    return Promise.resolve();
  });
});

/** What a reader of the topic serves: the newest record in state SERVING, of the newest record of each version. */
function servedByReaders(): string | undefined {
  const newest = new Map<string, VersionRecord>();
  for (const record of topic) {
    const name = 'gone' in record ? record.gone : record.version;
    newest.delete(name);
    newest.set(name, record);
  }
  const records = [...newest.values()].filter((record): record is Version => !('gone' in record));
  return records.findLast(({ state }) => state === VersionState.SERVING)?.version;
}

describe('the versions', () => {
  test('a new one takes the place of the serving one, unless the gate rejected it', async () => {
    await ledger.add(made(1));
    await ledger.add(made(2));
    await ledger.add(rejected(3));
    expect(ledger.serving?.version).toBe('v000002');
    expect(ledger.list(2).map(({ version, state }) => [version, state])).toEqual([
      ['v000003', VersionState.REJECTED],
      ['v000002', VersionState.SERVING],
    ]);
    expect(ledger.find('v000001').state).toBe(VersionState.STANDBY);
  });

  test('gone back to, one stays until it is released; then the newest that passed serves', async () => {
    for (const version of [made(1), made(2), rejected(3)]) await ledger.add(version);
    expect(await ledger.rollback()).toMatchObject({ version: 'v000001', pinned: true });
    await ledger.add(made(4));
    expect(ledger.serving?.version).toBe('v000001');
    expect(ledger.find('v000004').state).toBe(VersionState.STANDBY);
    expect(await ledger.release()).toMatchObject({ version: 'v000004', pinned: false });
    expect(await ledger.release()).toMatchObject({ version: 'v000004' });
  });

  test('a rejected one is served for a reason only', async () => {
    await ledger.add(made(1));
    await ledger.add(rejected(2));
    await expect(ledger.activate('v000002', '')).rejects.toMatchObject({ code: 'VERSION_REJECTED' });
    expect(await ledger.activate('v000002', 'a holiday')).toMatchObject({ version: 'v000002', pinned: true });
  });

  test('one that there is not is told', async () => {
    for (const ask of [() => ledger.activate('v000009', 'x'), () => ledger.rollback(), () => ledger.release()]) {
      await expect(ask()).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' });
    }
    expect(topic).toEqual([]);
  });

  test('one that could not be announced is none', async () => {
    await ledger.add(made(1));
    const deaf = new VersionLedger(() => Promise.reject(new Error('no Kafka')));
    for (const record of topic) deaf.take(record);
    await expect(deaf.add(made(2))).rejects.toThrow('no Kafka');
    expect(deaf.serving?.version).toBe('v000001');
    expect([...deaf.names]).toEqual(['v000001']);
  });

  test('readers of the topic serve what the ledger says, whatever is commanded, also after a restart', async () => {
    const step = fc.oneof(
      fc.constantFrom('add' as const, 'reject' as const, 'rollback' as const, 'release' as const),
      fc.record({ activate: fc.integer({ min: 1, max: 12 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), async (steps) => {
        topic = [];
        let last = 0;
        ledger = new VersionLedger((records) => {
          topic.push(...records);
          return Promise.resolve();
        });
        for (const each of steps) {
          const refused = (error: unknown) => expect(error).toMatchObject({ code: 'VERSION_UNKNOWN' });
          if (each === 'add') await ledger.add(made(++last));
          else if (each === 'reject') await ledger.add(rejected(++last));
          else if (each === 'rollback') await ledger.rollback().catch(refused);
          else if (each === 'release') await ledger.release().catch(refused);
          else await ledger.activate(made(each.activate).version, 'x').catch(refused);
          expect(servedByReaders()).toBe(ledger.serving?.version);
          expect(ledger.list(100).filter(({ state }) => state === VersionState.SERVING).length).toBeLessThanOrEqual(1);
          const again = new VersionLedger(() => Promise.resolve());
          for (const record of topic) again.take(record);
          expect(again.list(100)).toEqual(ledger.list(100));
          expect(again.serving).toEqual(ledger.serving);
        }
      }),
      { numRuns: 50 },
    );
  });
});
