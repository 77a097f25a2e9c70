import { credentials, Metadata } from '@grpc/grpc-js';
import { recommender } from '@thaw/contracts';

const DEADLINE_MS = 10_000;
const OPTIONS = {
  // The caller's own bookkeeping of its calls would be measured too.
  'grpc.enable_channelz': 0,
  // As other languages' clients have it. With the 64 KiB of grpc-js one connection has seven answers in flight.
  'grpc-node.flow_control_window': 1 << 20,
};

/** Asks one recommender, over one connection. */
export class RecommendClient {
  readonly #client: recommender.RecommenderServiceClient;

  constructor(grpcPort: number) {
    const address = `127.0.0.1:${grpcPort}`;
    this.#client = new recommender.RecommenderServiceClient(address, credentials.createInsecure(), OPTIONS);
  }

  /** One call; the answer is left encoded, so that the caller costs little. @throws ServiceError */
  async recommend(sellerId: string, limit: number): Promise<Buffer> {
    const { path, requestSerialize } = recommender.RecommenderServiceService.recommend;
    const request = recommender.RecommendRequest.fromPartial({ seller: { $case: 'sellerId', value: sellerId }, limit });
    return await new Promise<Buffer>((resolve, reject) => {
      const options = { deadline: Date.now() + DEADLINE_MS };
      const asIs = (answer: Buffer): Buffer => answer;
      const done = (error: Error | null, answer?: Buffer): void => {
        if (error === null) resolve(answer!);
        else reject(error);
      };
      this.#client.makeUnaryRequest(path, requestSerialize, asIs, request, new Metadata(), options, done);
    });
  }

  /** The version that is served; undefined where there is none yet. */
  async servedVersion(): Promise<string | undefined> {
    return await new Promise((resolve) => {
      this.#client.getServingStatus({}, (error, answer) => resolve(error ? undefined : answer.context?.version));
    });
  }

  close(): void {
    this.#client.close();
  }
}
