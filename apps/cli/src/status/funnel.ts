import { graph } from '@thaw/contracts';
import type { ClientSecurity } from '@thaw/platform';
import { count } from '../terminal/format.js';

type Funnel = graph.GetFunnelResponse;

const DEADLINE_MS = 1000;

/** Asks apps/graph for its funnel, time and again over one connection. */
export class FunnelClient {
  private readonly client: graph.GraphServiceClient;

  constructor(address: string, { credentials, options }: ClientSecurity) {
    this.client = new graph.GraphServiceClient(address, credentials, options);
  }

  /** Undefined while apps/graph does not answer. */
  read(): Promise<Funnel | undefined> {
    const deadline = new Date(Date.now() + DEADLINE_MS);
    return new Promise((resolve) => {
      this.client.waitForReady(deadline, (unreachable) => {
        if (unreachable !== undefined) {
          resolve(undefined);
          return;
        }
        this.client.getFunnel({}, (error, funnel) => resolve(error === null ? funnel : undefined));
      });
    });
  }

  close(): void {
    this.client.close();
  }
}

/** The reduction of the graph on two lines. */
export function funnelLines(funnel: Funnel): readonly string[] {
  const [cold = 0, softCold = 0, mildlyWarmed = 0] = funnel.candidatesByListings;
  const listings = `with 0 listings ${count(cold)}, 1-3 ${count(softCold)}, 4+ ${count(mildlyWarmed)}`;
  return [
    `${count(funnel.customers)} customers, ${count(funnel.interactions)} interactions` +
      ` -> ${count(funnel.pairs)} pairs -> ${count(funnel.edgesAtThreshold)} edges`,
    `-> ${count(funnel.candidates)} candidates (${listings}), ${count(funnel.edgesKept)} edges kept,` +
      ` ${count(funnel.sellers)} sellers`,
  ];
}
