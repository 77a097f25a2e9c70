import { INPUT_TOPICS, recommender } from '@thaw/contracts';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RecommenderClient } from '../../apps/cli/src/clients/recommender.js';
import { listingEvent, productId, smallMarket } from '../main-job/market.js';
import { RunningThaw } from '../main-job/running-thaw.js';
import { testBroker } from '../support/broker.js';
import { eventually } from '../support/graph-process.js';
import { GraphTopics } from '../support/graph-topics.js';
import type { Tools } from './tools.js';

const copy = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Where the pages say that things are. */
const ADDRESSES = /\b(?:localhost|127\.0\.0\.1):(9092|9464|9465|9466|50051|50052|50053)\b/g;
const LISTED_BY_S1 = [0, 2, 4, 6];
const SETTINGS = {
  THAW_CO_INTERACTION_THRESHOLD: '2',
  THAW_MIN_CUSTOMERS: '3',
  THAW_MICRO_BATCH_MAX_DELAY_MS: '5',
};

/**
 * What a reader of the pages has before them: a checkout, and a Thaw that runs. The checkout is a folder of links, so
 * that what the examples write stays out of ours. Topics have no prefix, since examples know of none.
 */
export class World {
  private constructor(
    readonly running: RunningThaw,
    readonly checkout: string,
    private readonly topics: GraphTopics,
    private readonly bootstrap: string,
    private readonly folder: string,
    private readonly tools: Tools,
  ) {}

  /** Resolves when a version ranks. */
  static async start(tools: Tools): Promise<World> {
    const { bootstrap } = await testBroker();
    const topics = await GraphTopics.create(bootstrap, '');
    const s1 = LISTED_BY_S1.map((product) => listingEvent('s-1', productId(0, product), Date.UTC(2026, 0, 1)));
    await topics.produce([...smallMarket(1), ...s1]);
    const running = await RunningThaw.start({ ...SETTINGS, KAFKA_BROKERS: bootstrap }, ['--no-simulate']);
    const folder = await mkdtemp(join(tmpdir(), 'thaw-docs-'));
    const world = new World(running, join(folder, 'thaw'), topics, bootstrap, folder, tools);
    await Promise.all([world.#layOut(), world.#ranks()]);
    return world;
  }

  /** Code with the addresses of this world instead of those that the pages have. */
  here(code: string): string {
    const thaw = this.running;
    const port = (url: string): string => new URL(url).host;
    const places: Readonly<Record<string, () => string>> = {
      9092: () => this.bootstrap,
      9464: () => port(thaw.http('graph')),
      9465: () => port(thaw.http('trainer')),
      9466: () => port(thaw.http('recommender')),
      50051: () => thaw.grpc('graph'),
      50052: () => thaw.grpc('trainer'),
      50053: () => thaw.grpc('recommender'),
    };
    return code.replaceAll(ADDRESSES, (all, known: string) => places[known]?.() ?? all);
  }

  get environment(): Readonly<Record<string, string | undefined>> {
    const { PATH, HOME, THAW_CACHE_DIR } = process.env;
    const path = [join(this.folder, 'bin'), join(this.tools.folder, 'bin'), PATH].join(':');
    return { ...this.running.settings, PATH: path, HOME, THAW_CACHE_DIR, npm_config_update_notifier: 'false' };
  }

  async product(id: string): Promise<recommender.GetProductResponse> {
    const response = await fetch(`${this.running.http('recommender')}/v1/products/${id}`);
    return recommender.GetProductResponse.fromJSON(await response.json());
  }

  /** Records on all dead-letter topics. */
  async deadLetters(): Promise<number> {
    const topics = INPUT_TOPICS.map((name) => `${name}.dlq`);
    const ranges = await Promise.all(topics.map(async (name) => await this.topics.kafka.offsets(name)));
    return ranges.flat().reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await this.topics.close();
    await rm(this.folder, { recursive: true });
  }

  async #layOut(): Promise<void> {
    await mkdir(this.checkout);
    const names = (await readdir(ROOT)).filter((name) => !/^(\.git|\.thaw|\.venv|gen|client|shop)$/.test(name));
    await Promise.all(names.map((name) => symlink(join(ROOT, name), join(this.checkout, name))));
    await symlink(join(ROOT, '..', 'shared'), join(this.folder, 'shared'));
    // A copy, since `python3 -m venv` refuses a link; its pip is the one of the cache, where all is installed already.
    if (this.tools.missing('python') === undefined) {
      await copy('cp', ['-a', join(this.tools.folder, 'python'), join(this.checkout, '.venv')]);
    }
    const bin = join(this.folder, 'bin');
    await mkdir(bin);
    const classes = `${this.tools.jars}/*:${this.tools.folder}/kafka-tools/*`;
    await this.#command(bin, 'thaw', `exec node '${ROOT}apps/cli/bin/thaw.mjs' "$@"`);
    const producer = 'org.apache.kafka.tools.ConsoleProducer';
    await this.#command(bin, 'kafka-console-producer.sh', `exec java -cp '${classes}' ${producer} "$@"`);
  }

  async #command(bin: string, name: string, line: string): Promise<void> {
    await writeFile(join(bin, name), `#!/bin/sh\n${line}\n`);
    await chmod(join(bin, name), 0o755);
  }

  async #ranks(): Promise<void> {
    const client = new RecommenderClient(this.running.grpc('recommender'), this.running.security);
    const request = { limit: 1, categoryIds: [], excludeProductIds: [], explain: false };
    await eventually(async () => {
      const answer = await client.recommend({ ...request, seller: { $case: 'sellerId', value: 's-1' } });
      return answer.context?.fallback === recommender.Fallback.NONE ? true : undefined;
    }, 'a version ranks');
    client.close();
  }
}
