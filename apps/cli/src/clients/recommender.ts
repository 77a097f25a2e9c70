import { recommender } from '@thaw/contracts';
import type { ClientSecurity } from '@thaw/platform';
import { call, type ServiceOf } from './connection.js';

/** The recommender service of apps/recommender. Calls throw what {@link call} throws. */
export class RecommenderClient {
  private readonly service: ServiceOf;
  private readonly client: recommender.RecommenderServiceClient;

  constructor(address: string, { credentials, options }: ClientSecurity) {
    this.service = { app: 'recommender', address, option: '--recommender' };
    this.client = new recommender.RecommenderServiceClient(address, credentials, options);
  }

  recommend(request: recommender.RecommendRequest): Promise<recommender.RecommendResponse> {
    return call(this.service, this.client, this.client.recommend.bind(this.client), request);
  }

  servingStatus(timeoutMs?: number): Promise<recommender.GetServingStatusResponse> {
    return call(this.service, this.client, this.client.getServingStatus.bind(this.client), {}, timeoutMs);
  }

  close(): void {
    this.client.close();
  }
}
