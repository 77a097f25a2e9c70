import { recommender } from '@thaw/contracts';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { sellerId } from './catalogue.js';
import { RecommendClient } from './client.js';
import { closedLoad, type LoadOptions, type LoadResult, openLoad } from './load.js';

/** The callers, in a thread of their own: what their garbage costs must stall neither the service's clock nor its callers'. */

export interface CallerSettings {
  readonly grpcPort: number;
  /** Sellers that ask in turn. */
  readonly sellers: number;
  readonly limit: number;
  /** `[1]`, shared: not 0 once a load that has no end of its own is to end. */
  readonly stop: Int32Array;
}

export type CallerJob =
  /** Asks for every seller, and remembers what the version that is served answers. */
  | { readonly kind: 'learn'; readonly told: number }
  | { readonly kind: 'closed'; readonly callers: number; readonly seconds: number }
  /** Without seconds it ends when it is told to, and answers are compared with those that were learnt. */
  | { readonly kind: 'open'; readonly perSecond: number; readonly seconds?: number };

/** Product ids that the first `told` sellers were answered. */
export type Learnt = readonly (readonly string[])[];
export type CallerAnswer = Learnt | LoadResult;

const { grpcPort, sellers, limit, stop } = workerData as CallerSettings;
const port = parentPort!;
const client = new RecommendClient(grpcPort);
/** Per version and seller the checksum of the products in the answer. */
const known = new Map<string, Uint32Array>();

port.on('message', (job: CallerJob | undefined) => {
  if (job !== undefined) void run(job).then((answer) => port.postMessage(answer));
  else {
    client.close();
    port.close();
  }
});

async function run(job: CallerJob): Promise<CallerAnswer> {
  if (job.kind === 'learn') return await learn(job.told);
  const endAt = job.seconds === undefined ? Infinity : performance.now() + 1000 * job.seconds;
  const isOver = (): boolean => performance.now() >= endAt || Atomics.load(stop, 0) !== 0;
  const mustBeKnown = job.seconds === undefined;
  const ask: LoadOptions['ask'] = async (call) => {
    const seller = (call * 7919) % sellers;
    const bytes = await client.recommend(sellerId(seller), limit);
    if (!mustBeKnown) return true;
    const { version, products } = parts(bytes);
    return known.get(version)?.[seller] === crc32(products);
  };
  return job.kind === 'closed'
    ? await closedLoad({ ask, isOver }, job.callers)
    : await openLoad({ ask, isOver }, job.perSecond);
}

async function learn(told: number): Promise<Learnt> {
  const answers: string[][] = [];
  for (let seller = 0; seller < sellers; seller++) {
    const bytes = await client.recommend(sellerId(seller), limit);
    const { version, products } = parts(bytes);
    const sums = known.get(version) ?? new Uint32Array(sellers);
    known.set(version, sums);
    sums[seller] = crc32(products);
    if (seller >= told) continue;
    answers.push(recommender.RecommendResponse.decode(bytes).products.map(({ productId }) => productId));
  }
  return answers;
}

/** The version of an encoded answer, and its products as they are: its first field is the context, by a length of a byte. */
function parts(bytes: Buffer): { readonly version: string; readonly products: Buffer } {
  const end = 2 + bytes[1]!;
  return { version: recommender.AnswerContext.decode(bytes.subarray(2, end)).version, products: bytes.subarray(end) };
}
