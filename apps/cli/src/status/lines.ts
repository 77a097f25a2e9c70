import type { ChildStatus } from '@thaw/platform';
import { count, duration } from '../terminal/format.js';
import { funnelLines } from './funnel.js';
import { servingLines, servingWords } from './serving.js';
import type { ServicesStatus } from './services.js';

/** What is shown of one app. */
export interface AppStatus {
  readonly name: string;
  /** The process, where it is ours; undefined where only its addresses are known. */
  readonly child: ChildStatus | undefined;
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
  readonly services: ServicesStatus;
}

function appState({ child, readiness }: AppStatus): string {
  if (child?.state === 'restarting') return `starting again (${child.lastExit ?? 'it ended'})`;
  if (child?.state === 'failed') return `failed (${child.lastExit ?? 'it ended'}): see its log above`;
  if (child !== undefined && child.state !== 'running') return child.state;
  if (readiness === undefined) return child === undefined ? 'does not answer' : 'starting';
  return readiness.ready ? 'ready' : `not ready: ${readiness.reasons.join('; ')}`;
}

/** An app on a line. */
export function appLine(app: AppStatus): string {
  const restarts = app.child !== undefined && app.child.restarts > 0 ? `, restarts ${app.child.restarts}` : '';
  return `${name(app.name)}${appState(app)}${restarts} · ${app.httpUrl} · gRPC ${app.grpcAddress}`;
}

const NAME_WIDTH = 12;
const name = (text: string): string => text.padEnd(NAME_WIDTH);

/** Lines with their name before the first. */
const named = (title: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, i) => `${name(i === 0 ? title : '')}${line}`);

/** The reduction, and what is served of it. */
export function serviceLines(services: ServicesStatus): readonly string[] {
  const { funnel } = services;
  return [
    ...named('funnel', funnel === undefined ? [] : funnelLines(funnel)),
    ...named('serving', servingLines(services)),
  ];
}

function feedLine({ name: feed, eventsPerSecond, byTopic }: Status['feed']): string {
  const topics = Object.entries(byTopic).map(([topic, events]) => `${topic} ${count(events)}`);
  return `${name('feed')}${feed}, ${count(eventsPerSecond)} events/s · ${topics.join(' · ')}`;
}

/** The block at the bottom of the terminal. */
export function statusBlock({ upMs, kafka, feed, apps, services }: Status): readonly string[] {
  return [
    `Thaw, up ${duration(upMs)} · Kafka ${kafka}`,
    feedLine(feed),
    ...apps.map(appLine),
    ...serviceLines(services),
    'Ctrl-C stops everything.',
  ];
}

/** The same on one line, where there is no terminal. */
export function statusLine({ upMs, feed, apps, services }: Status): string {
  const total = Object.values(feed.byTopic).reduce((sum, events) => sum + events, 0);
  const { funnel } = services;
  const serving = servingWords(services);
  const parts = [
    `up ${duration(upMs)}`,
    `${count(total)} events, ${count(feed.eventsPerSecond)}/s`,
    ...apps.map((app) => `${app.name} ${appState(app)}`),
    ...(funnel === undefined ? [] : [`${count(funnel.edgesKept)} edges, ${count(funnel.candidates)} candidates`]),
    ...(serving === undefined ? [] : [serving]),
  ];
  return parts.join(' · ');
}
