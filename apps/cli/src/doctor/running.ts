import { DirectoryBundleStore } from '@thaw/bundle';
import { operator, type recommender, ThawError } from '@thaw/contracts';
import type { Config } from '@thaw/platform';
import type { OperatorClient } from '../clients/operator.js';
import type { RecommenderClient } from '../clients/recommender.js';
import { type AppName, httpUrl } from '../session/addresses.js';
import { readReadiness } from '../status/readiness.js';
import { percent } from '../terminal/format.js';
import { type Check, fail, type Finding, ok, skipped, warn } from './check.js';
import { clockFinding } from './kafka.js';

const APPS: readonly AppName[] = ['graph', 'trainer', 'recommender'];
const VERSIONS = 20;
/** The `Date` header counts whole seconds. */
const DATE_HEADER_MS = 500;

export interface RunningQuestion {
  readonly config: Config;
  readonly operator: OperatorClient;
  readonly recommender: RecommenderClient;
  readonly callMs: number;
}

async function app({ config, callMs }: RunningQuestion, name: AppName): Promise<readonly Finding[]> {
  const url = httpUrl(config, name);
  const askedAt = Date.now();
  const readiness = await readReadiness(url, config, callMs);
  if (readiness === undefined) {
    return [warn(`apps/${name} does not answer at ${url}`, 'Start it (`thaw up` does), or mend its port settings.')];
  }
  const ready = readiness.ready
    ? ok(`apps/${name} is ready at ${url}`)
    : fail(`apps/${name} is not ready: ${readiness.reasons.join('; ')}`, 'Its log has more.');
  if (Number.isNaN(readiness.clockMs)) return [ready];
  const between = (askedAt + Date.now()) / 2;
  const clock = clockFinding(`the clock of apps/${name}`, readiness.clockMs + DATE_HEADER_MS - between);
  return clock.verdict === 'ok' ? [ready] : [ready, clock];
}

async function versions(
  { operator: client, recommender, config, callMs }: RunningQuestion,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const known = await client.versions(VERSIONS, callMs).catch(() => undefined);
  if (known === undefined) return [skipped('apps/trainer does not answer')];
  const serving = known.find(({ state }) => state === operator.VersionState.SERVING);
  if (serving === undefined) {
    return [
      warn(
        'no version serves yet: sellers get the products in demand',
        '`thaw status` says what the trainer waits for.',
      ),
    ];
  }
  const served = await recommender.servingStatus(callMs).catch(() => undefined);
  return [
    ...servedFindings(serving, served),
    ...gateFindings(known),
    await bundleFinding(config, serving.version, signal),
    ...(served === undefined ? [] : [recallFinding(served, config.trainer.minIndexRecall)]),
  ];
}

function servedFindings(
  { version, pinned }: operator.Version,
  served: recommender.GetServingStatusResponse | undefined,
): Finding[] {
  const what = `${version} is to be served${pinned ? ', pinned by an operator' : ''}`;
  if (served === undefined) return [skipped(`${what}; apps/recommender does not answer`)];
  const actual = served.context?.version ?? '';
  if (actual === version) return [ok(what)];
  return [
    warn(
      `${what}, and ${actual || 'no version'} is`,
      'A swap takes some seconds; after that the log of apps/recommender says why not.',
    ),
  ];
}

function gateFindings([newest]: readonly operator.Version[]): Finding[] {
  if (newest?.state !== operator.VersionState.REJECTED) return [ok('the newest version passed the gate')];
  return [
    warn(
      `the gate rejected the newest version, ${newest.version}: ${newest.rejectedBecause}`,
      'See whether the next one passes; an operator can serve it even so.',
    ),
  ];
}

async function bundleFinding(config: Config, version: string, signal: AbortSignal): Promise<Finding> {
  const { bundleDir } = config.paths;
  const store = await DirectoryBundleStore.open(bundleDir, { readOnly: true });
  try {
    await store.open(version, { signal });
    return ok(`the bundle of ${version} is whole`);
  } catch (error) {
    if (signal.aborted) return warn(`the bundle of ${version} is too large to be checked here`, 'Give it more time.');
    if (error instanceof ThawError && error.code === 'BUNDLE_NOT_FOUND') {
      return fail(
        `there is no bundle of ${version} in ${bundleDir}`,
        'Set THAW_BUNDLE_DIR to where the trainer puts them.',
      );
    }
    throw error;
  }
}

function recallFinding({ indexKind, indexRecall }: recommender.GetServingStatusResponse, least: number): Finding {
  if (indexKind === 'exact') return ok('the index is exact');
  const what = `the index finds ${percent(indexRecall)} of what exact search finds`;
  return indexRecall >= least ? ok(what) : warn(what, 'A full retrain chooses its settings anew.');
}

/** What the apps have to say. */
export const runningChecks = (question: RunningQuestion): Check[] => [
  ...APPS.map((name) => ({ name, run: () => app(question, name) })),
  { name: 'versions', run: (signal) => versions(question, signal) },
];
