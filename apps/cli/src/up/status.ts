import type { graph } from '@thaw/contracts';
import type { ChildStatus } from '@thaw/platform';
import { count, duration } from '../terminal/format.js';
import { funnelLines } from './funnel.js';

/** What `thaw up` shows of one app. */
export interface AppStatus extends ChildStatus {
  readonly httpUrl: string;
  readonly grpcAddress: string;
  /** What /readyz says; undefined while it does not answer. */
  readonly readiness: { readonly ready: boolean; readonly reasons: readonly string[] } | undefined;
}

export interface Status {
  readonly upMs: number;
  readonly kafka: string;
  readonly feed: {
    readonly name: string;
    readonly eventsPerSecond: number;
    readonly byTopic: Readonly<Record<string, number>>;
  };
  readonly apps: readonly AppStatus[];
  readonly funnel: graph.GetFunnelResponse | undefined;
}

function appState({ state, readiness, lastExit }: AppStatus): string {
  if (state === 'restarting') return `starting again (${lastExit ?? 'it ended'})`;
  if (state === 'failed') return `failed (${lastExit ?? 'it ended'}): see its log above`;
  if (state !== 'running') return state;
  if (readiness === undefined) return 'starting';
  return readiness.ready ? 'ready' : `not ready: ${readiness.reasons.join('; ')}`;
}

function appLine(app: AppStatus): string {
  const restarts = app.restarts > 0 ? `, restarts ${app.restarts}` : '';
  return `${app.name.padEnd(8)} ${appState(app)}${restarts} · ${app.httpUrl} · gRPC ${app.grpcAddress}`;
}

function feedLine({ name, eventsPerSecond, byTopic }: Status['feed']): string {
  const topics = Object.entries(byTopic).map(([topic, events]) => `${topic} ${count(events)}`);
  return `${'feed'.padEnd(8)} ${name}, ${count(eventsPerSecond)} events/s · ${topics.join(' · ')}`;
}

/** The block at the bottom of the terminal. */
export function statusBlock(status: Status): readonly string[] {
  const { upMs, kafka, feed, apps, funnel } = status;
  const lines = [`Thaw, up ${duration(upMs)} · Kafka ${kafka}`, feedLine(feed), ...apps.map(appLine)];
  if (funnel !== undefined) {
    const [first = '', ...rest] = funnelLines(funnel);
    lines.push(`${'funnel'.padEnd(8)} ${first}`, ...rest.map((line) => `${' '.repeat(8)} ${line}`));
  }
  return [...lines, 'Ctrl-C stops everything.'];
}

/** The same on one line, where there is no terminal. */
export function statusLine({ upMs, feed, apps, funnel }: Status): string {
  const total = Object.values(feed.byTopic).reduce((sum, events) => sum + events, 0);
  const parts = [
    `up ${duration(upMs)}`,
    `${count(total)} events, ${count(feed.eventsPerSecond)}/s`,
    ...apps.map((app) => `${app.name} ${appState(app)}`),
    ...(funnel === undefined ? [] : [`${count(funnel.edgesKept)} edges, ${count(funnel.candidates)} candidates`]),
  ];
  return parts.join(' · ');
}
