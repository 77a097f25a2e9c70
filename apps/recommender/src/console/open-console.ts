import type { BundleStore } from '@thaw/bundle';
import type { GraphClient, GraphReader } from '@thaw/graph-reader';
import type { Kafka } from '@thaw/kafka';
import {
  type BearerTokens,
  clientSecurity,
  type Config,
  isLoopback,
  SETTINGS,
  type Shutdown,
  trainerAddress,
} from '@thaw/platform';
import type { LiveGraph } from '../graph/live-graph.js';
import type { Answering } from '../service/answering.js';
import { ActivitySampler } from './activity-sampler.js';
import { ConsoleDesk } from './console-desk.js';
import { OperatorClient } from './operator-client.js';
import { VersionDetails } from './version-details.js';

export interface ConsoleParts {
  readonly config: Config;
  readonly kafka: Kafka;
  readonly store: BundleStore;
  readonly shutdown: Shutdown;
  readonly answering: Answering;
  readonly live: LiveGraph;
  readonly reader: GraphReader;
  readonly graph: GraphClient;
  readonly tokens: BearerTokens;
}

/** Opens what the console looks at and commands; what is opened is registered for shutdown. */
export function openConsole(parts: ConsoleParts): ConsoleDesk {
  const { config, kafka, store, shutdown, answering, live, reader, graph, tokens } = parts;
  const address = trainerAddress(config);
  const setting = SETTINGS.trainer.address.name;
  const { credentials, options } = clientSecurity(config);
  const trainer = new OperatorClient({ address, credentials, options, setting });
  const commanded = new OperatorClient({ address, credentials, options: {}, setting });
  const activity = new ActivitySampler({
    kafka,
    topicPrefix: config.kafka.topicPrefix,
    sequence: () => live.served?.sequence,
  });
  shutdown.add('console', () => {
    activity.close();
    trainer.close();
    commanded.close();
  });
  return new ConsoleDesk({
    answering,
    live,
    reader,
    graph,
    trainer,
    commanded,
    activity,
    tokens,
    details: new VersionDetails(store),
    localOnly: isLoopback(config.http.host) && (config.security.apiTokens ?? []).length === 0,
  });
}
