import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordSink } from '@thaw/kafka';
import type { SimulatedEvent } from '@thaw/simulator';
import { Checkpoint } from './checkpoint.js';
import { pack, packedCount, unpack } from './packed-batch.js';
import { type FeedEvent, toRecords } from './records.js';
import { Pace, runSimulation } from './simulation.js';
import { EventWriter } from './event-writer.js';
import { Watermark } from './watermark.js';

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((text) => text.trim() === text);
const eventTimeMs = fc.nat();
const event: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc.record({ customerId: id, eventTimeMs }).map((value): FeedEvent => ({ topic: 'erasures', value })),
  fc
    .record({ customerId: id, productId: id, type: fc.constantFrom('view' as const, 'cart' as const), eventTimeMs })
    .map((value): FeedEvent => ({ topic: 'interactions', value })),
  fc
    .record({
      sellerId: id,
      productId: id,
      status: fc.constantFrom('listed' as const, 'withdrawn' as const),
      eventTimeMs,
    })
    .map((value): FeedEvent => ({ topic: 'listings', value })),
);

test('a packed batch unpacks to the records that its events encode to', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const batch = pack(events);
      expect(packedCount(batch)).toBe(events.length);
      expect(unpack(structuredClone(batch, { transfer: [batch.bytes, batch.table.buffer] }))).toEqual(
        toRecords(events),
      );
    }),
  );
});

test('the watermark counts what is acknowledged without a gap', () => {
  const sizes = fc.array(fc.nat(10), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(sizes, fc.infiniteStream(fc.nat()), (counts, choices) => {
      const watermark = new Watermark(7);
      const open = counts.map((count) => watermark.begin(count));
      const done = new Set<number>();
      for (const choice of choices) {
        if (done.size === open.length) break;
        const left = open.map((_, i) => i).filter((i) => !done.has(i));
        const next = left[choice % left.length]!;
        open[next]!();
        done.add(next);
        const firstOpen = open.findIndex((_, i) => !done.has(i));
        const settled = firstOpen < 0 ? counts : counts.slice(0, firstOpen);
        expect(watermark.value).toBe(7 + settled.reduce((sum, count) => sum + count, 0));
      }
    }),
  );
});

describe('the pace', () => {
  test('hands out what is due, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(900), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 20, max: 100_000 }),
        (steps, rate) => {
          const pace = new Pace(rate, 0);
          let now = 0;
          let taken = 0;
          for (const step of steps) {
            now += step;
            taken += pace.take(now, Infinity);
            expect(Math.abs(taken - (now / 1000) * rate)).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  test('makes up for a second at most', () => {
    const pace = new Pace(100, 0);
    expect(pace.take(60_000, Infinity)).toBe(100);
    expect(pace.take(61_000, Infinity)).toBe(100);
  });

  test('is only bounded by the batch when the rate is', () => {
    expect(new Pace(Infinity, 0).take(0, 5000)).toBe(5000);
  });
});

describe('the checkpoint', () => {
  const identity = (folder: string, topicPrefix = '', clusterId = 'a') => ({ folder, topicPrefix, clusterId });

  test('of an import is that of the same bytes, prefix and cluster', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thaw-checkpoint-'));
    writeFileSync(join(folder, 'products.csv'), 'p1');
    const read = async (of: ReturnType<typeof identity>) => (await Checkpoint.ofImport(folder, of)).read().acknowledged;
    (await Checkpoint.ofImport(folder, identity(folder))).write({ acknowledged: 9, complete: false });
    expect(await read(identity(folder))).toBe(9);
    expect(await read(identity(folder, 'x'))).toBe(0);
    expect(await read(identity(folder, '', 'b'))).toBe(0);
    writeFileSync(join(folder, 'products.csv'), 'p2');
    expect(await read(identity(folder))).toBe(0);
    rmSync(folder, { recursive: true });
  });

  test('starts over when its file is broken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thaw-checkpoint-'));
    const checkpoint = await Checkpoint.ofImport(folder, identity(folder));
    checkpoint.write({ acknowledged: 9, complete: true });
    const [file] = readdirSync(join(folder, 'imports'));
    writeFileSync(join(folder, 'imports', file!), '{"acknowl');
    expect(checkpoint.read()).toEqual({ acknowledged: 0, complete: false });
    rmSync(folder, { recursive: true });
  });

  test('of a simulation is that of the same marketplace, prefix and cluster', () => {
    const folder = mkdtempSync(join(tmpdir(), 'thaw-checkpoint-'));
    const market = { scale: 0.25, seed: 1, topicPrefix: '', clusterId: 'a' };
    const read = (of: typeof market) => Checkpoint.ofSimulation(folder, of).read().acknowledged;
    Checkpoint.ofSimulation(folder, market).write({ acknowledged: 9, complete: false });
    expect(read(market)).toBe(9);
    for (const change of [{ scale: 1 }, { seed: 2 }, { topicPrefix: 'x' }, { clusterId: 'b' }]) {
      expect(read({ ...market, ...change })).toBe(0);
    }
    rmSync(folder, { recursive: true });
  });
});

test('a simulation goes on where the one before it stopped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thaw-checkpoint-'));
  const sink = { send: () => Promise.resolve(), writable: () => Promise.resolve() } as unknown as RecordSink;
  const settings = { scale: 0.25, seed: 3, rate: Infinity };
  const run = async (maxEvents: number, checkpoint?: Checkpoint) => {
    const events: SimulatedEvent[] = [];
    const onBatch = (batch: readonly SimulatedEvent[]) => void events.push(...batch);
    const signal = new AbortController().signal;
    const writer = new EventWriter(sink, '');
    await runSimulation({ ...settings, writer, sink, signal, maxEvents, onBatch, ...(checkpoint && { checkpoint }) });
    return events.map(({ topic, event }) => ({ topic, event: { ...event, eventTimeMs: 0 } }));
  };
  const checkpoint = Checkpoint.ofSimulation(folder, { ...settings, topicPrefix: '', clusterId: 'a' });
  const whole = await run(9000);
  expect(await run(6000, checkpoint)).toEqual(whole.slice(0, 6000));
  expect(await run(3000, checkpoint)).toEqual(whole.slice(6000));
  rmSync(folder, { recursive: true });
});
