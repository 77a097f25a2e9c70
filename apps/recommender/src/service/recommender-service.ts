import type { sendUnaryData, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { recommender, ThawError } from '@thaw/contracts';
import { type BearerTokens, toServiceError } from '@thaw/platform';
import type { Answering, MethodName } from './answering.js';
import { encodeProducts } from './encode-answer.js';
import type { Turns } from './turns.js';

export interface RecommenderServiceOptions {
  readonly answering: Answering;
  readonly turns: Turns;
  readonly tokens: BearerTokens;
}

const { recommend, similar } = recommender.RecommenderServiceService;

export const recommenderServiceDefinition = {
  ...recommender.RecommenderServiceService,
  recommend: { ...recommend, responseSerialize: encodeProducts },
  similar: { ...similar, responseSerialize: encodeProducts },
} satisfies ServiceDefinition;

/** The handlers of `thaw.recommender.v1.RecommenderService`. */
export function recommenderService({ answering, turns, tokens }: RecommenderServiceOptions) {
  const unary =
    <Request, Response>(method: MethodName, answer: (request: Request) => Response) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      const receivedAt = performance.now();
      const refuse = (thrown: unknown): void => {
        const error = ThawError.from(thrown);
        answering.count(method, error, receivedAt);
        reply(toServiceError(thrown));
      };
      try {
        const [authorization] = call.metadata.get('authorization');
        tokens.check(authorization?.toString());
      } catch (error) {
        refuse(error);
        return;
      }
      const deadline = call.getDeadline();
      turns.enter({
        deadlineMs: deadline instanceof Date ? deadline.getTime() : deadline,
        isGone: () => {
          if (call.cancelled) answering.count(method, 'CANCELLED', receivedAt);
          return call.cancelled;
        },
        refuse,
        answer: () => {
          try {
            const response = answer(call.request);
            answering.count(method, undefined, receivedAt);
            reply(null, response);
          } catch (error) {
            refuse(error);
          }
        },
      });
    };
  return {
    recommend: unary('Recommend', (request: recommender.RecommendRequest) => answering.recommend(request)),
    similar: unary('Similar', (request: recommender.SimilarRequest) => answering.similar(request)),
    getProduct: unary('GetProduct', (request: recommender.GetProductRequest) => answering.getProduct(request)),
    explain: unary('Explain', (request: recommender.ExplainRequest) => answering.explain(request)),
    listCandidates: unary('ListCandidates', (request: recommender.ListCandidatesRequest) =>
      answering.listCandidates(request),
    ),
    getSeller: unary('GetSeller', (request: recommender.GetSellerRequest) => answering.getSeller(request)),
    getServingStatus: unary('GetServingStatus', () => answering.servingStatus()),
  };
}
