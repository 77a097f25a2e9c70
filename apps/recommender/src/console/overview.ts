import type { Overview, Part } from '@thaw/app-console';
import { ThawError } from '@thaw/contracts';
import type { GraphClient, GraphReader } from '@thaw/graph-reader';
import type { LiveGraph } from '../graph/live-graph.js';
import type { Answering } from '../service/answering.js';
import type { ActivitySampler } from './activity-sampler.js';
import { freshnessFacts, funnelFacts, runFacts, servingFacts, versionFacts } from './facts.js';
import type { OperatorClient } from './operator-client.js';

/** Versions that are shown, the newest: of one row each, and a point in a chart. */
const VERSIONS = 50;
const RUNS = 6;
const GRAPH_MS = 2_000;

export interface Overlooked {
  readonly answering: Answering;
  readonly live: LiveGraph;
  readonly reader: GraphReader;
  readonly graph: GraphClient;
  readonly trainer: OperatorClient;
  readonly activity: ActivitySampler;
}

/** Looks at all services at once. A service that does not answer is a part that says so. */
export async function overview(services: Overlooked): Promise<Overview> {
  const { answering, live, reader, graph, trainer, activity } = services;
  const [serving, funnel, versions, runs] = await Promise.all([
    part(() => servingFacts(answering.servingStatus())),
    part(async () => funnelFacts(await graph.funnel(GRAPH_MS))),
    part(async () => (await trainer.versions(VERSIONS)).map(versionFacts)),
    part(async () => (await trainer.runs(RUNS)).map(runFacts)),
  ]);
  return {
    atMs: Date.now(),
    serving,
    freshness: freshnessFacts(reader.status, live.ageSeconds),
    funnel,
    versions,
    runs,
    activity: activity.rates,
  };
}

async function part<Value>(look: () => Value | Promise<Value>): Promise<Part<Value>> {
  try {
    return { value: await look() };
  } catch (thrown) {
    const { code, message } = ThawError.from(thrown);
    // The text of what is none of ours may hold anything.
    return { trouble: { code, message: thrown instanceof ThawError ? message : 'Something went wrong inside Thaw.' } };
  }
}
