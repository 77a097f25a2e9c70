import type { Activity } from '@thaw/app-console';
import { INPUT_TOPICS, prefixedTopic } from '@thaw/contracts';
import type { Kafka } from '@thaw/kafka';
import { ActivityLog } from './activity-log.js';

const EVERY_MS = 5_000;
/** Ten minutes. */
const SAMPLES = 120;

export interface ActivitySamplerOptions {
  readonly kafka: Pick<Kafka, 'offsets'>;
  readonly topicPrefix: string;
  /** The last graph change that is obeyed. */
  readonly sequence: () => number | undefined;
}

/** Takes a sample every few seconds, whether or not anyone looks, so that who comes sees the last minutes at once. */
export class ActivitySampler {
  readonly #log = new ActivityLog(SAMPLES);
  readonly #timer: NodeJS.Timeout;
  #isBusy = false;

  constructor(private readonly options: ActivitySamplerOptions) {
    this.#timer = setInterval(() => void this.#sample(), EVERY_MS);
    this.#timer.unref();
    void this.#sample();
  }

  get rates(): Activity {
    return this.#log.rates;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** While Kafka is away a look takes as long as it takes: none is begun beside it. */
  async #sample(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const events = await this.#events();
    this.#log.add({ atMs: Date.now(), changes: this.options.sequence(), events });
    this.#isBusy = false;
  }

  /** Records written to the input topics; undefined where Kafka does not say, for lack of rights perhaps. */
  async #events(): Promise<number | undefined> {
    const { kafka, topicPrefix } = this.options;
    const ends = await Promise.all(
      INPUT_TOPICS.map(async (name) => {
        const partitions = await kafka.offsets(prefixedTopic(topicPrefix, name)).catch(() => undefined);
        return partitions?.reduce((sum, { endOffset }) => sum + endOffset, 0);
      }),
    );
    const known = ends.filter((end) => end !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, end) => sum + end, 0);
  }
}
