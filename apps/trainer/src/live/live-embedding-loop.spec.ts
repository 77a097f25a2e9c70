import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RecordSink, SinkRecord } from '@thaw/kafka';
import type { LiveBatch } from '@thaw/waml';
import { until } from '../../../../test/support/until.js';
import { LiveEmbeddingLoop } from './live-embedding-loop.js';

/** Nodes that wait, by their numbers. */
class Waiting {
  readonly sequence = 7;
  readonly causedAtMs = 0;
  readonly nodes: number[] = [];
  gone: string[] = [];
  largest = 0;
  /** Come with every batch. */
  newcomers = 0;

  add(count: number): void {
    for (let i = 0; i < count; i++) this.nodes.push(this.nodes.length);
  }

  get pending(): number {
    return this.nodes.length;
  }

  reembed(limit: number): LiveBatch {
    const taken = this.nodes.splice(0, limit);
    this.add(this.newcomers);
    this.largest = Math.max(this.largest, taken.length);
    const removed = this.gone.splice(0).map((id) => ({ type: 'product' as const, id }));
    const embedded = taken.map((n) => ({ type: 'seller' as const, id: String(n), vector: Float32Array.of(n, 0.5) }));
    return { embedded, removed };
  }
}

let consumer: Waiting;
let sent: SinkRecord[];
let loop: LiveEmbeddingLoop;
let stop: AbortController;

beforeEach(() => {
  consumer = new Waiting();
  sent = [];
  stop = new AbortController();
  const sink: RecordSink = {
    bufferedBytes: 0,
    send: (_, records) => {
      sent.push(...records);
      return Promise.resolve();
    },
    writable: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  loop = new LiveEmbeddingLoop({ consumer, sink, topicPrefix: '', version: 'v000003' });
});

describe('the nodes that wait', () => {
  test('are embedded in batches that have an end, and told apart from those that are gone', async () => {
    consumer.add(200);
    consumer.gone = ['p1'];
    await loop.catchUp(stop.signal);
    expect(consumer.pending).toBe(0);
    expect(consumer.largest).toBeLessThanOrEqual(64);
    expect(sent).toHaveLength(201);
    expect(loop.statistics).toMatchObject({ pending: 0, embedded: 200, removed: 1 });
    expect(loop.takeTimes().map(({ nodes, lagSeconds }) => ({ nodes, lagSeconds }))).toEqual([
      { nodes: 65, lagSeconds: undefined },
      ...[64, 64, 8].map((nodes) => ({ nodes, lagSeconds: undefined })),
    ]);
    expect(loop.takeTimes()).toEqual([]);
    const [gone, first] = sent;
    expect([String(gone!.key), gone!.value]).toEqual(['product:p1', null]);
    expect(String(first!.key)).toBe('seller:0');
    expect(new Float32Array(Uint8Array.from(first!.value!).buffer)).toEqual(Float32Array.of(0, 0.5));
    expect(Object.entries(first!.headers!).map(([name, value]) => [name, String(value)])).toEqual([
      ['thaw-version', 'v000003'],
      ['thaw-graph-sequence', '7'],
    ]);
  });

  test('are caught up with once as many are done as waited, though others come all the time', async () => {
    consumer.add(100);
    consumer.newcomers = 64;
    await loop.catchUp(stop.signal);
    expect(loop.statistics.embedded).toBe(128);
  });

  test('are embedded as they come, until the end', async () => {
    const running = loop.run(stop.signal);
    consumer.add(3);
    await until(() => sent.length === 3);
    consumer.add(1);
    await until(() => sent.length === 4);
    stop.abort();
    await running;
  });
});
