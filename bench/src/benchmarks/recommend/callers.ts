import { recommender } from '@thaw/contracts';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers, CallerJob, ToCaller } from './caller.js';
import { sellerId } from './catalogue.js';
import type { LoadResult } from './load.js';

export interface CallersOptions {
  readonly grpcPort: number;
  /** Sellers that ask in turn. */
  readonly sellers: number;
  readonly limit: number;
}

/** Product ids by seller. */
export type Learnt = readonly (readonly string[])[];

const { path, requestSerialize } = recommender.RecommenderServiceService.recommend;

/**
 * What keeps its garbage from being measured as if it were the service: young objects in little room, whose collections
 * take less than a millisecond, and so much for old ones that those are hardly ever collected.
 */
const FLAGS = ['--max-semi-space-size=1', '--initial-old-space-size=400'];

/** The process of caller.ts, which does one job after the other. */
export class Callers {
  readonly #process: ChildProcess;

  constructor({ grpcPort, sellers, limit }: CallersOptions) {
    const requests = Array.from({ length: sellers }, (_, seller) => {
      const asking = { seller: { $case: 'sellerId', value: sellerId(seller) }, limit } as const;
      return requestSerialize(recommender.RecommendRequest.fromPartial(asking));
    });
    const script = fileURLToPath(new URL('./caller.js', import.meta.url));
    this.#process = fork(script, { execArgv: FLAGS, serialization: 'advanced' });
    this.#send({ kind: 'settings', grpcPort, path, requests });
  }

  /** Asks for every seller. @returns what the first `told` were answered */
  async learn(told: number): Promise<Learnt> {
    const answers = (await this.#run({ kind: 'learn', told })) as Answers;
    return answers.map((bytes) => {
      const { products } = recommender.RecommendResponse.decode(bytes);
      return products.map(({ productId }) => productId);
    });
  }

  async closed(callers: number, seconds: number): Promise<LoadResult> {
    return (await this.#run({ kind: 'closed', callers, seconds })) as LoadResult;
  }

  /** A load at a given rate; without seconds until `stop`, with every answer compared with those that were learnt. */
  async open(perSecond: number, seconds?: number): Promise<LoadResult> {
    const job = { kind: 'open', perSecond, ...(seconds !== undefined && { seconds }) } as const;
    return (await this.#run(job)) as LoadResult;
  }

  /** Ends a load that has no end of its own. */
  stop(): void {
    this.#send({ kind: 'stop' });
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  async #run(job: CallerJob): Promise<Answers | LoadResult> {
    const done = new AbortController();
    const answered = once(this.#process, 'message', done) as Promise<[Answers | LoadResult]>;
    const ended = once(this.#process, 'exit', done).then(([code]) => {
      throw new Error(`the callers' process ended with ${String(code)}`);
    });
    this.#send(job);
    try {
      const [answer] = await Promise.race([answered, ended]);
      return answer;
    } finally {
      done.abort();
    }
  }

  #send(message: ToCaller): void {
    this.#process.send(message);
  }
}
