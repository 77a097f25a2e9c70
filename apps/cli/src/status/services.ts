import type { graph, operator, recommender } from '@thaw/contracts';
import type { ClientSecurity } from '@thaw/platform';
import { OperatorClient } from '../clients/operator.js';
import { RecommenderClient } from '../clients/recommender.js';
import { FunnelClient } from './funnel.js';

/** What the services say of themselves; undefined where one does not answer. */
export interface ServicesStatus {
  readonly funnel: graph.GetFunnelResponse | undefined;
  readonly serving: recommender.GetServingStatusResponse | undefined;
  /** The newest first. */
  readonly versions: readonly operator.Version[] | undefined;
}

/** Where services listen: those that are to be looked at. */
export interface ServiceAddresses {
  readonly graph?: string | undefined;
  readonly trainer?: string | undefined;
  readonly recommender?: string | undefined;
}

const LOOK_MS = 1000;
const VERSIONS = 10;

/** Asks the services of all apps, time and again over the same connections. */
export class Services {
  private readonly funnel: FunnelClient | undefined;
  private readonly recommender: RecommenderClient | undefined;
  private readonly operator: OperatorClient | undefined;

  constructor({ graph, trainer, recommender }: ServiceAddresses, security: ClientSecurity) {
    this.funnel = graph === undefined ? undefined : new FunnelClient(graph, security);
    this.operator = trainer === undefined ? undefined : new OperatorClient(trainer, security);
    this.recommender = recommender === undefined ? undefined : new RecommenderClient(recommender, security);
  }

  async look(): Promise<ServicesStatus> {
    const [funnel, serving, versions] = await Promise.all([
      this.funnel?.read(),
      quietly(this.recommender?.servingStatus(LOOK_MS)),
      quietly(this.operator?.versions(VERSIONS, LOOK_MS)),
    ]);
    return { funnel, serving, versions };
  }

  close(): void {
    this.funnel?.close();
    this.recommender?.close();
    this.operator?.close();
  }
}

/** Not answering is a state of a service to be shown, not an error. */
async function quietly<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  return await answer?.catch(() => undefined);
}
