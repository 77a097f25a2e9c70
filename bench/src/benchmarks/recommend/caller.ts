import { crc32 } from 'node:zlib';
import { GrpcClient } from './client.js';
import { closedLoad, type LoadOptions, type LoadResult, openLoad } from './load.js';

/** Callers in a process of their own, which does what it is told over its channel, one thing after the other. */

export interface CallerSettings {
  readonly kind: 'settings';
  readonly grpcPort: number;
  readonly path: string;
  /** Encoded requests, which are sent in turn. */
  readonly requests: readonly Uint8Array[];
}

export type CallerJob =
  /** Sends every request, and remembers what the version that is served answers. */
  | { readonly kind: 'learn'; readonly told: number }
  | { readonly kind: 'closed'; readonly callers: number; readonly seconds: number }
  /** Without seconds it goes on until `stop`, and answers are compared with those that were learnt. */
  | { readonly kind: 'open'; readonly perSecond: number; readonly seconds?: number };

/** The settings come first. */
export type ToCaller = CallerSettings | CallerJob | { readonly kind: 'stop' };

/** The encoded answers to the first `told` requests. */
export type Answers = readonly Uint8Array[];

let client: GrpcClient;
let path = '';
let requests: readonly Uint8Array[] = [];
let isStopped = false;
/** Per version and request the checksum of the products in the answer. */
const known = new Map<string, Uint32Array>();

process.on('message', (message: ToCaller) => {
  if (message.kind === 'settings') {
    ({ path, requests } = message);
    client = new GrpcClient(message.grpcPort);
  } else if (message.kind === 'stop') isStopped = true;
  else void run(message).then((answer) => process.send!(answer));
});
process.on('disconnect', () => client.close());

async function run(job: CallerJob): Promise<Answers | LoadResult> {
  isStopped = false;
  if (job.kind === 'learn') return await learn(job.told);
  const endAt = job.seconds === undefined ? Infinity : performance.now() + 1000 * job.seconds;
  const isOver = (): boolean => isStopped || performance.now() >= endAt;
  const mustBeKnown = job.seconds === undefined;
  const ask: LoadOptions['ask'] = async (call) => {
    const nth = (call * 7919) % requests.length;
    const bytes = await client.call(path, requests[nth]!);
    if (!mustBeKnown) return true;
    const { version, products } = parts(bytes);
    return known.get(version)?.[nth] === crc32(products);
  };
  return job.kind === 'closed'
    ? await closedLoad({ ask, isOver }, job.callers)
    : await openLoad({ ask, isOver }, job.perSecond);
}

async function learn(told: number): Promise<Answers> {
  const answers: Uint8Array[] = [];
  for (const [nth, request] of requests.entries()) {
    const bytes = await client.call(path, request);
    const { version, products } = parts(bytes);
    const sums = known.get(version) ?? new Uint32Array(requests.length);
    known.set(version, sums);
    sums[nth] = crc32(products);
    if (nth < told) answers.push(bytes);
  }
  return answers;
}

/**
 * The version of an encoded answer, and its products as they are. Its first field is the context, whose first field is
 * the version (recommender.proto), both by a tag and a length of one byte each.
 */
function parts(bytes: Buffer): { readonly version: string; readonly products: Buffer } {
  const [contextEnd, versionEnd] = [2 + bytes[1]!, 4 + bytes[3]!];
  return { version: bytes.toString('latin1', 4, versionEnd), products: bytes.subarray(contextEnd) };
}
