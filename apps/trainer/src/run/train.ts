import { join } from 'node:path';
import { FILES } from '@thaw/bundle';
import { GraphClient } from '@thaw/graph-reader';
import { buildIndex } from '@thaw/index';
import type { ClientSecurity } from '@thaw/platform';
import {
  chooseSettings,
  DEFAULT_MODEL_SETTINGS,
  dimensionsFor,
  embed,
  type GraphCopy,
  GraphCopyBuilder,
  LayerKeeper,
  layerStatesOf,
  type ModelContext,
  NETWORK_BOUNDS,
  type Propagate,
  reducedCopy,
  replayOfGraph,
  stateBytesPerNode,
  StageTimes,
  textSeed,
  trial,
} from '@thaw/waml';
import type { RunJob, RunOutcome, Stage, TrainingReport } from './job.js';
import { writeModel, writeStates, writeTraining } from './model-files.js';
import { NetworkStage, servedModel } from './network-stage.js';
import { outcomeOf } from './outcome.js';
import { servingParameters } from './serving-network.js';
import { trainedShare, trainingWords } from './training-words.js';
import { sampledRows } from './sampled-rows.js';
import { CatalogueTexts } from './catalogue-texts.js';

export interface TrainTools {
  readonly propagate: Propagate;
  readonly security: ClientSecurity;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  readonly report: (stage: Stage, fraction: number, what: string) => void;
  readonly reportTraining: (training: TrainingReport) => void;
  /** For the log. */
  readonly note: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly signal: AbortSignal;
}

/** Sellers whose searches measure the index. */
const INDEX_QUERIES = 200;
/** The newest listings, which weights and settings are learned from: as `thaw evaluate` has it. */
const REPLAY_SHARE = 0.2;

/**
 * One run: reads the graph, chooses settings or keeps them, fits the weights, embeds every node, builds the index, and
 * writes the files of a bundle into the job's folder.
 *
 * @throws ThawError GRAPH_NOT_READY, MODEL_TOO_LITTLE_DATA, or what propagation, index and files throw
 */
export async function train(
  job: RunJob,
  { propagate, security, nowMs, report, reportTraining, note, signal }: TrainTools,
): Promise<RunOutcome> {
  const times = new StageTimes(nowMs);
  const stage = async <T>(name: Stage, work: () => T | Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    report(name, 0, name);
    return await times.run(name, work);
  };
  const past = await stage('read', () => readGraph(job.graphAddress, security, signal));
  const copy = reducedCopy(past);
  const { state } = copy;
  const [pastTexts, texts] = [new CatalogueTexts(past.texts), new CatalogueTexts(copy.texts)];
  const context = (name: Stage, of: CatalogueTexts): ModelContext => ({
    propagate,
    encodeTexts: (dimensions, seed) => of.encode(dimensions, seed, signal),
    seed: job.seed,
    onProgress: ({ fraction, what }) => report(name, fraction, what),
    signal,
  });
  const serving = job.serving?.learned;
  const { rule, replayStartMs: startMs } = past;
  const replay = replayOfGraph(past.state, {
    rule,
    ...(startMs !== undefined && { startMs }),
    ...(past.past && { past: past.past }),
  });
  const settings = await stage('choose', async () => {
    const dimensions = dimensionsFor(job.vectorBytes, state.productIds.length + state.sellerIds.length);
    if (job.kind === 'fine-tune' && serving !== undefined) {
      // The graph may have outgrown the width that was chosen for it.
      return { ...serving.settings, dimensions: Math.min(dimensions, serving.settings.dimensions) };
    }
    return await chooseSettings(replay, context('choose', pastTexts), { ...DEFAULT_MODEL_SETTINGS, dimensions });
  });
  const wish = { ...job, mode: job.network.mode, settings, listings: replay.state.listings.timeMs.length, serving };
  const network = new NetworkStage(wish, {
    settings: job.network,
    seed: job.seed,
    workFolder: job.workFolder,
    servingParameters: job.network.mode === 'off' ? undefined : await servingParameters(job, signal),
    nowMs,
    note,
    report: (training) => {
      reportTraining(training);
      report('train', trainedShare(training), trainingWords(training));
    },
    signal,
  });
  const fitted = await stage('fit', async () => {
    await network.open();
    const { serving: servingNetwork, input } = network;
    return await trial(replay, settings, context('fit', pastTexts), {
      ...(serving && { serving }),
      ...(servingNetwork && { servingNetwork }),
      ...(input && { networkInput: input, bounds: NETWORK_BOUNDS }),
    });
  });
  const trained = await stage('train', () => network.run(replay, fitted, context('train', pastTexts)));
  note(`network: ${trained.reason}`);
  const learned = servedModel(fitted, trained);
  const parameters = trained.isKept ? trained.trained?.parameters : undefined;
  const embedRows = learned.network && network.embedRows(learned.network.settings, parameters!);
  const nodes = state.productIds.length + state.sellerIds.length + state.categoryIds.length;
  const keeper = nodes * stateBytesPerNode(learned) <= job.stateBytes ? new LayerKeeper() : undefined;
  const model = await stage('embed', () =>
    embed(state, learned, context('embed', texts), {
      ...(keeper && { keepLayers: keeper.keep }),
      ...(embedRows && { embedRows }),
    }),
  );
  const building = stage('index', () =>
    buildIndex({
      vectors: model.products,
      rows: Uint32Array.from(state.candidates),
      dimensions: model.dimensions,
      path: join(job.folder, FILES.index),
      queries: sampledRows(model.sellers, model.dimensions, INDEX_QUERIES),
      signal,
      onProgress: (done, total) => report('index', done / Math.max(1, total), `${done} of ${total} candidates`),
    }),
  );
  // The index is built by a thread of its own: meanwhile there is time to write.
  const writing = times.run('write', async () => {
    await writeModel(job.folder, copy, model, signal);
    await writeTraining(job.folder, trained);
    if (keeper === undefined) return;
    const encoded = texts.encode(settings.dimensions, textSeed(job.seed), signal);
    await writeStates(
      job.folder,
      copy,
      layerStatesOf(copy, { learned, seed: job.seed, keeper, texts: encoded }),
      signal,
    );
  });
  const [index] = await Promise.all([building, writing]);
  return outcomeOf({ job, copy, fitted, learned, trained, model, index, times });
}

async function readGraph(address: string, security: ClientSecurity, signal: AbortSignal): Promise<GraphCopy> {
  const client = new GraphClient({ address, setting: 'THAW_GRAPH_ADDRESS', ...security });
  try {
    const builder = new GraphCopyBuilder();
    for await (const message of client.copy(signal, REPLAY_SHARE)) builder.add(message);
    return builder.finish();
  } finally {
    client.close();
  }
}
