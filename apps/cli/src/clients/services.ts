import { GraphClient } from '@thaw/graph-reader';
import { clientSecurity, type Config } from '@thaw/platform';
import { grpcAddress } from '../session/addresses.js';
import { RecommenderClient } from './recommender.js';

/** Where an option says that an app listens, instead of where the settings or `thaw up` say. */
export interface AddressOptions {
  readonly graph?: string;
  readonly recommender?: string;
}

export interface OpenServices {
  readonly graph: GraphClient;
  readonly recommender: RecommenderClient;
  close(): void;
}

/** The services that a command asks. Nothing is called yet. */
export function openServices(config: Config, { graph, recommender }: AddressOptions): OpenServices {
  const security = clientSecurity(config);
  const graphClient = new GraphClient({
    address: graph ?? grpcAddress(config, 'graph'),
    setting: '--graph host:port',
    ...security,
  });
  const recommenderClient = new RecommenderClient(recommender ?? grpcAddress(config, 'recommender'), security);
  return {
    graph: graphClient,
    recommender: recommenderClient,
    close: () => {
      graphClient.close();
      recommenderClient.close();
    },
  };
}
