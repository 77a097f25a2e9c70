import type { App } from './apps.js';

export interface WelcomeFacts {
  readonly brokers: readonly string[];
  readonly host: string;
  readonly apps: readonly App[];
}

/** What a newcomer can do next. */
export function welcome({ brokers, host, apps }: WelcomeFacts): string {
  const graph = apps.find(({ name }) => name === 'graph');
  const steps: (readonly [command: string, what: string])[] = [
    ['npm run --silent thaw -- topics', 'the topics, and what is on them'],
    ['npm run --silent thaw -- produce --help', 'put an event of your own onto a topic'],
    ['npm run --silent thaw -- import FOLDER', 'put a data set in CSV onto the topics'],
  ];
  if (graph !== undefined) {
    steps.push([`curl http://${host}:${graph.httpPort}/readyz`, 'whether the graph keeps up, and why not']);
    steps.push([`curl http://${host}:${graph.httpPort}/metrics`, 'its metrics, for Prometheus']);
  }
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    `Thaw runs. Kafka is on ${brokers.join(', ')}. In another terminal:`,
    ...steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`),
  ].join('\n');
}
