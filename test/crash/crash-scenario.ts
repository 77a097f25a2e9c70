import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CRASH_POINTS, type CrashPoint } from '@thaw/app-graph';
import { prefixedTopic } from '@thaw/contracts';
import type { GraphSettings } from '@thaw/graph';
import { ChangeFollower } from '../support/change-follower.js';
import { eventStream, type Universe } from '../support/event-stream.js';
import { eventually, GraphProcess } from '../support/graph-process.js';
import { settingsVariables } from '../support/graph-settings.js';
import { GraphTopics, hasRead } from '../support/graph-topics.js';
import { Random } from '@thaw/simulator';
import { type CrashReport, median } from './crash-report.js';
import { EventFeed } from './event-feed.js';
import { GraphChecks } from './graph-checks.js';

export interface CrashScenarioOptions {
  readonly bootstrap: string;
  readonly topicPrefix: string;
  readonly seed: number;
  readonly kills: number;
  /** Produced at least, over the whole run. */
  readonly events: number;
  readonly universe: Universe;
  readonly settings: GraphSettings;
  /** Every so many copies of the graph is compared with the batch reduction. */
  readonly compareEvery: number;
}

/** Passings of a point that a process may survive: copies of the graph have more messages than lives have batches. */
const LONGEST_LIFE = { batches: 6, messages: 25 };
/** A random kill falls within so many times a start: a third of them while the process is still starting. */
const RANDOM_KILL_STARTS = 3;
const FIRST_START_MS = 2000;
const LIFE_LIMIT_MS = 120_000;
/** The funnel's number of pairs is an estimate, good to a tenth of a percent; edges and counts are exact. */
const PAIRS_ERROR = 0.001;

/**
 * Kills apps/graph again and again while events flow: in turn at a random moment and at a named point. One data folder
 * and one set of topics for all processes; every copy of the graph that a process serves is checked.
 */
export async function runCrashScenario(options: CrashScenarioOptions): Promise<CrashReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'thaw-crash-'));
  const topics = await GraphTopics.create(options.bootstrap, options.topicPrefix);
  const changes = await ChangeFollower.open(topics.kafka, prefixedTopic(options.topicPrefix, 'graph-changes'));
  const checks = new GraphChecks({ ...options, topics, changes });
  const chunk = Math.max(1, Math.ceil(options.events / options.kills / 10));
  const feed = new EventFeed(topics, eventStream(options.seed, options.universe), chunk);
  const scenario = new CrashScenario(options, { dataDir, topics, changes, checks, feed });
  try {
    return await scenario.run();
  } finally {
    await feed.stop();
    await changes.close();
    await topics.close();
    await rm(dataDir, { recursive: true });
  }
}

interface Parts {
  readonly dataDir: string;
  readonly topics: GraphTopics;
  readonly changes: ChangeFollower;
  readonly checks: GraphChecks;
  readonly feed: EventFeed;
}

class CrashScenario {
  readonly #random: Random;
  readonly #killsByPoint = new Map<CrashPoint | 'random', number>();
  readonly #startsMs: number[] = [];
  #unread = 0;

  constructor(
    readonly options: CrashScenarioOptions,
    readonly parts: Parts,
  ) {
    this.#random = new Random(options.seed);
  }

  async run(): Promise<CrashReport> {
    const { kills, events } = this.options;
    const { feed, changes, checks } = this.parts;
    for (let kill = 0; kill < kills; kill++) {
      feed.due = Math.ceil(((kill + 1) / kills) * events);
      const point = CRASH_POINTS[Math.floor(kill / 2) % CRASH_POINTS.length]!;
      await this.#live(kill % 2 === 0 ? undefined : point);
      checks.settle();
    }
    await this.#finish();
    return {
      killsByPoint: this.#killsByPoint,
      events: feed.produced,
      killedUnread: this.#unread,
      checks: checks.counts,
      medianStartMs: median(this.#startsMs),
      changes: changes.counts,
      differences: checks.differences,
    };
  }

  /** One process, from its start to its violent end: at the point, or else at a random moment. */
  async #live(point: CrashPoint | undefined): Promise<void> {
    const most = point === 'during_read' ? LONGEST_LIFE.messages : LONGEST_LIFE.batches;
    const occurrence = 1 + this.#random.below(most);
    const app = this.#spawn(point && { THAW_TEST_CRASH_AT: `${point}:${occurrence}` });
    const usualMs = this.#startsMs.length > 0 ? median(this.#startsMs) : FIRST_START_MS;
    const moment = this.#random.float() * RANDOM_KILL_STARTS * usualMs;
    const timer = point ? undefined : setTimeout(() => void app.kill('SIGKILL'), moment);
    try {
      const copies = await this.#readUntilDeath(app, point === 'during_read' ? Infinity : 1);
      if (copies === 0) this.#unread += 1;
    } finally {
      clearTimeout(timer);
      await app.kill('SIGKILL');
    }
    if (!app.wasKilled) throw new Error(`apps/graph ended by itself (${app.exitCode ?? 'a signal'}):\n${app.log}`);
    const name = point ?? 'random';
    this.#killsByPoint.set(name, (this.#killsByPoint.get(name) ?? 0) + 1);
  }

  /** Reads up to so many copies of the graph, and waits for the end. */
  async #readUntilDeath(app: GraphProcess, most: number): Promise<number> {
    const spawned = performance.now();
    const limit = AbortSignal.timeout(LIFE_LIMIT_MS);
    let copies = 0;
    let lastError: unknown;
    const read = async (): Promise<void> => {
      await app.started;
      this.parts.checks.take(await app.readGraph());
      if (copies === 0) this.#startsMs.push(performance.now() - spawned);
      copies += 1;
    };
    while (!app.hasExited) {
      if (limit.aborted) throw new Error(`not killed within ${LIFE_LIMIT_MS} ms:\n${app.log}`, { cause: lastError });
      // Not ready yet is an error, and so is what a client sees of a process that dies: the limit tells the rest.
      const reading = copies < most ? read().catch((error: unknown) => (lastError = error)) : undefined;
      await Promise.race([app.exited, this.parts.feed.done, reading ?? pause(10)]);
      await Promise.race([app.exited, pause(10)]);
    }
    return copies;
  }

  /** A last process that nobody kills reads all there is. */
  async #finish(): Promise<void> {
    const { feed, topics, changes, checks } = this.parts;
    await eventually(
      () => Promise.resolve(feed.produced >= this.options.events || undefined),
      'all events are produced',
    );
    await feed.stop();
    const app = this.#spawn();
    await app.started;
    const ends = await topics.inputEnds();
    const copy = await eventually(async () => {
      const one = await app.readGraph();
      return hasRead(one.header, ends) ? one : undefined;
    }, 'the last process has read all events');
    checks.take(copy);
    const expected = checks.reduce(copy);
    const held = [...expected.histories.values()];
    const { size: pairs } = expected.counts;
    const wanted = [
      ['customers', held.length, 0],
      ['interactions', held.reduce((sum, history) => sum + history.size, 0), 0],
      ['pairs', pairs, Math.ceil(PAIRS_ERROR * pairs)],
    ] as const;
    const funnel = await app.funnel();
    for (const [id, count, error] of wanted) {
      const live = funnel[id];
      if (Math.abs(live - count) > error) checks.differences.push({ what: 'count', id, live, expected: count });
    }
    await eventually(() => {
      checks.settle();
      return Promise.resolve(checks.isSettled || undefined);
    }, `change ${copy.header.sequence} is on the topic, which ends at ${changes.received}`);
    await app.kill('SIGTERM');
  }

  #spawn(extra: Readonly<Record<string, string>> = {}): GraphProcess {
    const { bootstrap, topicPrefix, settings } = this.options;
    const { dataDir } = this.parts;
    return GraphProcess.spawn({
      bootstrap,
      dataDir,
      topicPrefix,
      settings: { ...settingsVariables(settings), ...extra },
    });
  }
}
