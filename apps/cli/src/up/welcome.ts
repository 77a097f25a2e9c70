import type { App } from './apps.js';

export interface WelcomeFacts {
  readonly brokers: readonly string[];
  readonly host: string;
  readonly apps: readonly App[];
}

/** The page that the recommender's gateway serves. */
export const consoleUrl = (host: string, { httpPort }: Pick<App, 'httpPort'>): string => `http://${host}:${httpPort}/`;

/** What a newcomer can do next. */
export function welcome({ brokers, host, apps }: WelcomeFacts): string {
  const find = (app: string): App | undefined => apps.find(({ name }) => name === app);
  const [graph, recommender] = [find('graph'), find('recommender')];
  const steps: (readonly [command: string, what: string])[] = [];
  if (recommender !== undefined) {
    const url = `${consoleUrl(host, recommender)}v1/sellers/s-1/recommendations?limit=5&explain=true`;
    steps.push(
      ['npm run --silent thaw -- recommend s-1 --explain', 'what a seller should list next, and why'],
      [`curl '${url}'`, 'the same as JSON, for pages'],
      ['npm run --silent thaw -- watch', 'what is served, and how fresh it is'],
    );
  }
  steps.push(
    ['npm run --silent thaw -- topics', 'the topics, and what is on them'],
    ['npm run --silent thaw -- produce --help', 'put an event of your own onto a topic'],
    ['npm run --silent thaw -- import FOLDER', 'put a data set in CSV onto the topics'],
  );
  if (graph !== undefined) {
    steps.push([`curl http://${host}:${graph.httpPort}/readyz`, 'whether the graph keeps up, and why not']);
    steps.push([`curl http://${host}:${graph.httpPort}/metrics`, 'its metrics, for Prometheus']);
  }
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    `Thaw runs. Kafka is on ${brokers.join(', ')}.`,
    ...(recommender === undefined ? [] : [`The console is on ${consoleUrl(host, recommender)}`]),
    'In another terminal:',
    ...steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`),
  ].join('\n');
}
