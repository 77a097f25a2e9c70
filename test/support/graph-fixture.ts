import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareGraphs, type Difference, GraphReplica, type GraphSettings, reduceBatch } from '@thaw/graph';
import { uniqueTopic } from './broker.js';
import { type GraphCopy, eventually, GraphProcess } from './graph-process.js';
import { settingsVariables } from './graph-settings.js';
import { type CounterKind, GraphTopics, hasRead } from './graph-topics.js';

export interface GraphFixtureOptions {
  readonly counter?: CounterKind;
  /** A folder of the caller's; without one it is made, and removed at the end. */
  readonly dataDir?: string;
}

/** One test's topics and data folder, and the processes of apps/graph that it starts on them. */
export class GraphFixture {
  readonly #started: GraphProcess[] = [];

  private constructor(
    readonly bootstrap: string,
    readonly topics: GraphTopics,
    readonly dataDir: string,
    readonly ownsFolder: boolean,
  ) {}

  static async create(
    bootstrap: string,
    name: string,
    { counter, dataDir }: GraphFixtureOptions = {},
  ): Promise<GraphFixture> {
    const topics = await GraphTopics.create(bootstrap, `${uniqueTopic(name)}.`, counter);
    const folder = dataDir ?? (await mkdtemp(join(tmpdir(), `thaw-${name}-`)));
    return new GraphFixture(bootstrap, topics, folder, dataDir === undefined);
  }

  /** Where the app keeps its store. */
  get storeFolder(): string {
    return join(this.dataDir, 'graph');
  }

  spawn(settings: GraphSettings): GraphProcess {
    const { bootstrap, topics, dataDir } = this;
    const variables = { ...settingsVariables(settings), THAW_GRAPH_COUNTER: topics.counter };
    const app = GraphProcess.spawn({ bootstrap, dataDir, topicPrefix: topics.prefix, settings: variables });
    this.#started.push(app);
    return app;
  }

  async start(settings: GraphSettings): Promise<GraphProcess> {
    const app = this.spawn(settings);
    await app.started;
    return app;
  }

  /** A copy of the graph that has read everything there is. */
  async readAll(app: GraphProcess): Promise<GraphCopy> {
    const ends = await this.topics.inputEnds();
    return await eventually(async () => {
      const copy = await app.readGraph();
      return hasRead(copy.header, ends) ? copy : undefined;
    }, 'the app has read all events');
  }

  /** Reads everything and compares it, and the changes folded up, with the batch reduction of what was produced. */
  async differences(app: GraphProcess, settings: GraphSettings): Promise<Difference[]> {
    const { replica, header } = await this.readAll(app);
    const expected = reduceBatch(this.topics.eventsBelow(header.offsets), settings);
    const followed = await eventually(async () => {
      const follower = new GraphReplica();
      await this.topics.follow(follower);
      return follower.sequence === header.sequence ? follower : undefined;
    }, `change ${header.sequence} is on the topic`);
    return [...compareGraphs(replica, expected, 'exact'), ...compareGraphs(followed, expected, 'half-octave')];
  }

  async close(): Promise<void> {
    for (const app of this.#started) if (!app.hasExited) await app.kill('SIGKILL');
    await this.topics.close();
    if (this.ownsFolder) await rm(this.dataDir, { recursive: true });
  }
}
