import type { RecordSink } from '@thaw/kafka';
import type { Config, Logger } from '@thaw/platform';
import { Checkpoint } from '../feed/checkpoint.js';
import type { EventWriter } from '../feed/event-writer.js';
import { runImport } from '../feed/import.js';
import { type SimulationSettings, runSimulation } from '../feed/simulation.js';
import { count } from '../terminal/format.js';

/** What feeds the topics under `thaw up`. */
export type FeedPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulate'; readonly settings: SimulationSettings }
  | { readonly kind: 'import'; readonly folder: string };

export interface FeedOptions {
  readonly plan: FeedPlan;
  readonly config: Config;
  readonly clusterId: string;
  readonly writer: EventWriter;
  readonly sink: RecordSink;
  readonly logger: Logger;
}

/** A feed in the background: what it does now, and a way to end it. */
export class Feed {
  private state: string;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly options: FeedOptions) {
    this.state = options.plan.kind === 'none' ? 'none: produce events yourself' : 'starting';
    this.running = this.run().catch((error: unknown) => {
      this.state = `failed: ${error instanceof Error ? error.message : String(error)}`;
      options.logger.error({ err: error }, 'the feed failed; everything else goes on');
    });
  }

  get name(): string {
    return this.state;
  }

  /** Resolves when everything that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { plan } = this.options;
    if (plan.kind === 'simulate') {
      await this.simulate(plan.settings);
    } else if (plan.kind === 'import') {
      await this.import(plan.folder);
    }
  }

  private async simulate(settings: SimulationSettings): Promise<void> {
    const { config, clusterId, writer, sink } = this.options;
    const { scale, seed } = settings;
    const name = `simulated marketplace (scale ${scale}, seed ${seed})`;
    const { topicPrefix } = config.kafka;
    const checkpoint = Checkpoint.ofSimulation(config.paths.dataDir, { scale, seed, topicPrefix, clusterId });
    await runSimulation({
      ...settings,
      writer,
      sink,
      signal: this.stopping.signal,
      checkpoint,
      onSkip: (passed, of) => {
        const isThere = passed === of;
        this.state = isThere
          ? name
          : `${name}, on its way to where it stopped: ${count(passed)} of ${count(of)} events`;
      },
      onBatch: () => (this.state = name),
    });
  }

  private async import(folder: string): Promise<void> {
    const { config, clusterId, writer, sink, logger } = this.options;
    const identity = { folder, topicPrefix: config.kafka.topicPrefix, clusterId };
    const checkpoint = await Checkpoint.ofImport(config.paths.dataDir, identity);
    let badRows = 0;
    this.state = `import of ${folder}`;
    const { sent, skipped, complete } = await runImport({
      folder,
      writer,
      sink,
      checkpoint,
      signal: this.stopping.signal,
      onBadRow: (row) => {
        badRows++;
        logger.warn({ ...row }, 'a row cannot be used');
      },
      onProgress: (done) => (this.state = `import of ${folder}: ${count(done)} events`),
    });
    if (!complete) return;
    this.state = `import of ${folder} is done: ${count(sent + skipped)} events, ${count(badRows)} bad rows`;
    logger.info({ folder, sent, skipped, badRows }, 'import done');
  }
}
