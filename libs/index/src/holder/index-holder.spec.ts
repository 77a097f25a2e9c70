import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { VectorChange } from '../types.js';
import { IndexHolder } from './index-holder.js';
import type { Servable } from './servable.js';

/** Remembers what it is told. */
class Version implements Servable {
  readonly vectors = new Map<string, number>();
  closed = 0;

  constructor(
    readonly version: string,
    base: Iterable<readonly [string, number]> = [],
  ) {
    this.vectors = new Map(base);
  }

  apply({ id, vector }: VectorChange): void {
    if (this.closed > 0) throw new Error(`${this.version} was told after its end`);
    if (vector) this.vectors.set(id, vector[0]!);
    else this.vectors.delete(id);
  }

  close(): void {
    this.closed++;
  }
}

const vectorOf = (value: number): Float32Array => Float32Array.of(value);
const holderOf = (options?: { maxPendingChanges: number }): IndexHolder<Version> => new IndexHolder<Version>(options);

describe('a holder', () => {
  it('keeps a leased version until its last lease ends', async () => {
    const holder = holderOf();
    expect(holder.current()).toBeUndefined();
    await expect(holder.use(() => 1)).rejects.toMatchObject({ code: 'INDEX_NOT_LOADED' });
    const [first, second] = [new Version('v1'), new Version('v2')];
    await holder.swap(first);
    const leases = [holder.current()!, holder.current()!];
    await holder.swap(second);
    expect(holder.version).toBe('v2');
    expect(holder.retiring).toBe(1);
    leases[0]!.release();
    leases[0]!.release();
    expect(first.closed).toBe(0);
    leases[1]!.release();
    await setImmediate();
    expect([first.closed, second.closed, holder.retiring]).toEqual([1, 0, 0]);
  });

  it('gives work one version from its start to its end, and the lease back when it fails', async () => {
    const holder = holderOf();
    const first = new Version('v1');
    await holder.swap(first);
    const seen = await holder.use(async (value) => {
      await holder.swap(new Version('v2'));
      expect(first.closed).toBe(0);
      return value.version;
    });
    expect(seen).toBe('v1');
    expect(first.closed).toBe(1);
    await expect(holder.use(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await holder.close();
    expect(holder.current()).toBeUndefined();
  });

  it('waits for leases when it closes', async () => {
    const holder = holderOf();
    const only = new Version('v1');
    await holder.swap(only);
    const lease = holder.current()!;
    let closed = false;
    const closing = holder.close().then(() => (closed = true));
    await setImmediate();
    expect(closed).toBe(false);
    lease.release();
    await closing;
    expect(only.closed).toBe(1);
    const late = new Version('v2');
    await expect(holder.swap(late)).rejects.toMatchObject({ code: 'INDEX_CLOSED' });
    expect(late.closed).toBe(1);
  });

  it('stays with the old version when the new one cannot be told', async () => {
    const holder = holderOf();
    await holder.swap(new Version('v1'));
    const broken = new Version('v2');
    broken.apply = () => {
      throw new Error('no memory');
    };
    holder.apply('v2', { id: 'a', vector: vectorOf(1) });
    await expect(holder.swap(broken)).rejects.toThrow('no memory');
    expect([holder.version, broken.closed]).toEqual(['v1', 1]);
    const whole = new Version('v2');
    await holder.swap(whole);
    expect(whole.vectors).toEqual(new Map([['a', 1]]));
    await expect(holder.swap(new Version('v2'))).rejects.toMatchObject({ code: 'INDEX_INPUT_INVALID' });
  });

  it('shows the next version what was gone and came again', async () => {
    const holder = holderOf();
    await holder.swap(new Version('v1', [['a', 1]]));
    for (const id of ['a', 'b']) holder.apply('v1', { id, vector: null });
    holder.apply('v1', { id: 'a', vector: vectorOf(2) });
    const next = new Version('v2', [
      ['a', 3],
      ['b', 4],
    ]);
    await holder.swap(next);
    expect(next.vectors).toEqual(new Map([['a', 3]]));
  });

  it('drops the oldest changes when too many wait, and counts them', async () => {
    const holder = holderOf({ maxPendingChanges: 10 });
    for (let i = 0; i < 30; i++) holder.apply(i < 15 ? 'v1' : 'v2', { id: `p${i}`, vector: vectorOf(i) });
    expect([holder.pending, holder.dropped]).toEqual([10, 20]);
    const version = new Version('v2');
    await holder.swap(version);
    expect([...version.vectors.keys()]).toEqual(Array.from({ length: 10 }, (_, i) => `p${20 + i}`));
    expect(holder.pending).toBe(0);
    for (let i = 0; i < 30; i++) holder.apply('v2', { id: `p${i}`, vector: null });
    expect(holder.pending).toBe(10);
  });

  /**
   * Whatever the order of changes and swaps, and also while a swap is on: the version that serves knows its base, the
   * newest vector that was made for it since, and nothing that is gone. What comes again comes for every version here.
   */
  it('never loses a change', async () => {
    const versions = ['v1', 'v2', 'v3'];
    const change = fc.record({
      version: fc.constantFrom(...versions),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      value: fc.option(fc.nat({ max: 1000 }), { freq: 3 }),
    });
    const step = fc.oneof({ arbitrary: change, weight: 5 }, fc.constant('turn' as const), fc.constant('swap' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { size: 'max', maxLength: 40 }), fc.boolean(), async (steps, long) => {
        const holder = holderOf();
        const expected = new Map(versions.map((version) => [version, new Map<string, number>([['base', 0]])]));
        const objects: Version[] = [];
        const swaps: Promise<void>[] = [];
        const waiting = [...versions];
        const swap = (version: string): void => {
          objects.push(
            new Version(version, [
              ['base', 0],
              ['a', -1],
            ]),
          );
          swaps.push(holder.swap(objects.at(-1)!));
        };
        for (const each of expected.values()) each.set('a', -1);
        const gone = new Set<string>();
        const apply = (version: string, id: string, value: number | null): void => {
          if (value !== null && gone.delete(id)) for (const each of versions) apply(each, id, value);
          else if (value === null) gone.add(id);
          holder.apply(version, { id, vector: value === null ? null : vectorOf(value) });
          if (value !== null) expected.get(version)!.set(id, value);
          else for (const vectors of expected.values()) vectors.delete(id);
        };
        if (long) for (let i = 0; i < 300; i++) for (const version of versions) apply(version, `long${i}`, i);
        for (const each of steps) {
          if (each === 'turn') await setImmediate();
          else if (each === 'swap') {
            if (waiting.length > 0) swap(waiting.shift()!);
          } else apply(each.version, each.id, each.value);
          const lease = holder.current();
          if (lease) expect(lease.value.vectors).toEqual(expected.get(lease.value.version));
          lease?.release();
        }
        await Promise.all(swaps);
        const lease = holder.current();
        if (lease) expect(lease.value.vectors).toEqual(expected.get(lease.value.version));
        lease?.release();
        await holder.close();
        expect(objects.map(({ closed }) => closed)).toEqual(objects.map(() => 1));
      }),
      { numRuns: 60 },
    );
  });
});
