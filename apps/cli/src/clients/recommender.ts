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

  async product(productId: string): Promise<recommender.GetProductResponse> {
    return await call(this.service, this.client, this.client.getProduct.bind(this.client), { productId });
  }

  async explain(sellerId: string, productId: string): Promise<recommender.ExplainResponse> {
    return await call(this.service, this.client, this.client.explain.bind(this.client), { sellerId, productId });
  }

  async candidates(request: recommender.ListCandidatesRequest): Promise<recommender.ListCandidatesResponse> {
    return await call(this.service, this.client, this.client.listCandidates.bind(this.client), request);
  }

  /** @param limit listings that are told; 0 means the default */
  async seller(sellerId: string, limit: number): Promise<recommender.GetSellerResponse> {
    return await call(this.service, this.client, this.client.getSeller.bind(this.client), { sellerId, limit });
  }

  servingStatus(timeoutMs?: number): Promise<recommender.GetServingStatusResponse> {
    return call(this.service, this.client, this.client.getServingStatus.bind(this.client), {}, timeoutMs);
  }

  close(): void {
    this.client.close();
  }
}
