import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgeKey } from '@thaw/graph';
import { RocksGraphStore } from '@thaw/store';
import { thaw, type ThawResult } from '../../apps/cli/src/testing/thaw.js';
import { testBroker, uniqueTopic } from '../support/broker.js';
import { type AnyEvent, eventSequence } from '../support/graph-events.js';
import { eventually, GraphProcess } from '../support/graph-process.js';
import { GraphTopics, hasRead } from '../support/graph-topics.js';

const SETTINGS = {
  THAW_HISTORY_LIMIT: '4',
  THAW_CO_INTERACTION_THRESHOLD: '2',
  THAW_MIN_CUSTOMERS: '2',
  THAW_MAX_LISTINGS: '3',
  THAW_MICRO_BATCH_MAX_DELAY_MS: '5',
};

const LONG_TEXT = 'x'.repeat(4000);

interface Report {
  readonly equal: boolean;
  readonly sequence: number;
  readonly events: Readonly<Record<string, number>>;
  readonly compared: Readonly<Record<string, number | null>>;
  readonly differences: readonly { what: string; ids: string[]; live: unknown; expected: unknown }[];
  readonly difference_count: number;
  readonly notes: readonly string[];
}

/** A folder, topics and apps/graph of one test. */
class Bench {
  #app: GraphProcess | undefined;

  private constructor(
    readonly bootstrap: string,
    readonly folder: string,
    readonly topics: GraphTopics,
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Bench> {
    const { bootstrap } = await testBroker();
    const folder = await mkdtemp(join(tmpdir(), 'thaw-verify-'));
    const topics = await GraphTopics.create(bootstrap, `${uniqueTopic('verify')}.`);
    const bench = new Bench(bootstrap, folder, topics, { ...SETTINGS, ...settings });
    await bench.start();
    return bench;
  }

  get stateFolder(): string {
    return join(this.folder, 'graph');
  }

  async start(): Promise<void> {
    const { bootstrap, folder: dataDir, settings } = this;
    this.#app = await GraphProcess.start({ bootstrap, dataDir, topicPrefix: this.topics.prefix, settings });
  }

  async stop(): Promise<void> {
    await this.#app?.kill('SIGTERM');
  }

  async close(): Promise<void> {
    await this.stop();
    await this.topics.close();
    await rm(this.folder, { recursive: true });
  }

  /** Waits until the app has read all that was produced. */
  async settle() {
    const ends = await this.topics.inputEnds();
    return await eventually(async () => {
      const copy = await this.#app!.readGraph();
      return hasRead(copy.header, ends) ? copy : undefined;
    }, 'the app has read all events');
  }

  get grpcPort(): string {
    return /"grpcPort":(\d+)/.exec(this.#app!.log)![1]!;
  }

  async run(...args: readonly string[]): Promise<ThawResult> {
    const settings = {
      KAFKA_BROKERS: this.bootstrap,
      THAW_TOPIC_PREFIX: this.topics.prefix,
      THAW_DATA_DIR: this.folder,
      THAW_GRAPH_GRPC_PORT: this.grpcPort,
    };
    return await thaw(['verify', ...args], settings);
  }

  async report(...args: readonly string[]): Promise<Report & { readonly exit: ThawResult['exit'] }> {
    const { exit, out, err } = await this.run('--output', 'json', ...args);
    expect(err).not.toContain('defect');
    return { ...(JSON.parse(out) as Report), exit };
  }
}

const sequences = fc.sample(eventSequence('embedded'), { numRuns: 2, seed: 11 });
const ofKind = (events: readonly AnyEvent[], kind: AnyEvent['kind']): number =>
  events.filter((event) => event.kind === kind).length;

describe('thaw verify', () => {
  let bench: Bench;
  // The last ones make the graph larger than what gRPC sends ahead of its reader.
  const events = [
    ...sequences[0]!,
    ...pairOfCustomers('left', 'right', ['customer-x', 'customer-y']),
    ...Array.from({ length: 40 }, (_, i) => pairOfCustomers(`a${i}`, `b${i}`, [`x${i}`, `y${i}`])).flat(),
  ];

  beforeAll(async () => {
    bench = await Bench.open();
  }, 120_000);
  afterAll(async () => await bench.close());

  test('finds a random run equal, with poison and future-dated records in it', async () => {
    const future = { customer_id: 'c', product_id: 'p0', type: 'view', event_time_ms: 9e14 };
    await bench.topics.produce(events.slice(0, 50));
    await bench.topics.send('interactions', [
      { partition: 0, key: null, value: Buffer.from('{"customer_id": 7}') },
      { partition: 1, key: null, value: null },
      { partition: 0, key: null, value: Buffer.from(JSON.stringify(future)) },
    ]);
    await bench.topics.produce(events.slice(50));
    const { header, replica } = await bench.settle();
    expect(await bench.report()).toMatchObject({
      exit: 0,
      equal: true,
      sequence: header.sequence,
      events: {
        interactions: ofKind(events, 'interaction'),
        listings: ofKind(events, 'listing'),
        products: ofKind(events, 'product'),
        erasures: ofKind(events, 'erasure'),
        undecodable: 2,
        future_dated: 1,
      },
      compared: {
        products: replica.products.size,
        edges: replica.edges.size,
        listings: replica.listings.size,
        sellers: replica.sellers.size,
        changes: header.sequence,
      },
      difference_count: 0,
      differences: [],
      notes: [],
    });
    expect(replica.edges.has(edgeKey('left', 'right'))).toBe(true);
  });

  test('says so in a table for people', async () => {
    const { exit, out } = await bench.run('--sample', '20');
    expect(exit).toBe(0);
    expect(out).toMatch(/^edges and their counts +\d+ +0$/m);
    expect(out).toMatch(/^counts of single pairs +\d+ +0$/m);
    expect(out).toMatch(/Equal, at change \d+\.\n$/);
  });

  test('tells what is wrong with the command line or its surroundings', async () => {
    expect(await bench.run('--sample', '-1')).toMatchObject({ exit: 2 });
    const unreachable = await bench.run('--graph', '127.0.0.1:1');
    expect(unreachable.exit).toBe(4);
    expect(unreachable.err).toContain('No graph service at 127.0.0.1:1');
    const settings = { KAFKA_BROKERS: bench.bootstrap, THAW_TOPIC_PREFIX: 'another.' };
    const strange = await thaw(['verify', '--graph', `127.0.0.1:${bench.grpcPort}`], settings);
    expect(strange.exit).toBe(3);
    expect(strange.err).toContain('THAW_TOPIC_PREFIX');
  });

  test('names the pair when a history is lost from the live state', async () => {
    await bench.stop();
    const store = await RocksGraphStore.open({ folder: bench.stateFolder });
    await store.commit([{ table: 'customers', key: await customerKey(store, 'customer-x'), value: null }]);
    await store.close();
    await bench.start();
    await bench.settle();
    const report = await bench.report();
    expect(report).toMatchObject({ exit: 1, equal: false });
    expect(report.differences).toContainEqual(
      expect.objectContaining({ what: 'edge', ids: ['left', 'right'], live: false, expected: true }),
    );
    expect(report.difference_count).toBeGreaterThanOrEqual(report.differences.length);
    const { exit, out } = await bench.run();
    expect(exit).toBe(1);
    expect(out).toMatch(/^edges +edge +left \+ right +false +true$/m);
  });

  test('finds a state equal that was lost and rebuilt from the topics', async () => {
    await bench.stop();
    await rm(bench.stateFolder, { recursive: true });
    await bench.start();
    await bench.settle();
    const report = await bench.report();
    expect(report).toMatchObject({ exit: 0, equal: true, differences: [] });
    expect(report.notes).toEqual([expect.stringContaining('the state was lost there and rebuilt')]);
  });
});

/** Two products of the catalogue, and customers who have both. */
function pairOfCustomers(a: string, b: string, customers: readonly string[]): AnyEvent[] {
  const products: AnyEvent[] = [a, b].map((productId) => ({
    kind: 'product',
    event: { productId, categoryId: '', title: '', description: LONG_TEXT, status: 'active', eventTimeMs: 1 },
  }));
  const interactions = customers.flatMap((customerId) =>
    [a, b].map((productId): AnyEvent => {
      return { kind: 'interaction', event: { customerId, productId, type: 'purchase', eventTimeMs: 1 } };
    }),
  );
  return [...products, ...interactions];
}

describe('thaw verify with hysteresis', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open({ THAW_LISTING_HYSTERESIS: '1', THAW_DEMAND_HYSTERESIS: '1' });
  }, 120_000);
  afterAll(async () => await bench.close());

  test('compares given the candidates that the order of the events led to', async () => {
    await bench.topics.produce(sequences[1]!);
    await bench.settle();
    const report = await bench.report();
    expect(report).toMatchObject({ exit: 0, equal: true, difference_count: 0 });
    expect(report.notes).toEqual([expect.stringContaining('hysteresis')]);
  });
});

/** The key of a customer's row, which holds the id in UTF-8. */
async function customerKey(store: RocksGraphStore, id: string): Promise<Uint8Array> {
  for await (const page of store.pages('customers')) {
    for (const { key, value } of page) if (Buffer.from(value).includes(id)) return key;
  }
  throw new Error(`no row of customer ${id}`);
}
