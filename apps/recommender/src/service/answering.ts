import { recommender, ThawError } from '@thaw/contracts';
import { getProduct, recommend, similar } from '../answers/answers.js';
import { listCandidates } from '../answers/candidates.js';
import { explain } from '../answers/explain.js';
import { getSeller } from '../answers/seller.js';
import { contextOf, type ServingState } from '../answers/state.js';
import type { LiveGraph } from '../graph/live-graph.js';
import { PopularCandidates } from '../graph/popular.js';
import type { VersionKeeper } from '../versions/version-keeper.js';

export const METHODS = [
  'Recommend',
  'Similar',
  'GetProduct',
  'Explain',
  'ListCandidates',
  'GetSeller',
  'GetServingStatus',
] as const;
export type MethodName = (typeof METHODS)[number];

/** Told of every call. */
export interface CallObserver {
  onCall(method: MethodName, failure: ThawError | 'CANCELLED' | undefined, seconds: number): void;
  onFallback(fallback: recommender.Fallback): void;
}

export interface AnsweringOptions {
  readonly live: LiveGraph;
  readonly versions: VersionKeeper;
  readonly observer: CallObserver;
}

/** What both gRPC and HTTP answer with. Every method throws ThawError, GRAPH_NOT_READY before there is a graph. */
export class Answering {
  /** Calls that ended, `[1]`, in shared memory: other threads of the process give way to them. */
  readonly calls = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #popular = new PopularCandidates();

  constructor(private readonly options: AnsweringOptions) {}

  recommend(request: recommender.RecommendRequest): recommender.RecommendResponse {
    return this.#told(recommend(this.#state(), request));
  }

  similar(request: recommender.SimilarRequest): recommender.SimilarResponse {
    return this.#told(similar(this.#state(), request));
  }

  getProduct(request: recommender.GetProductRequest): recommender.GetProductResponse {
    return getProduct(this.#state(), request);
  }

  explain(request: recommender.ExplainRequest): recommender.ExplainResponse {
    return explain(this.#state(), request);
  }

  listCandidates(request: recommender.ListCandidatesRequest): recommender.ListCandidatesResponse {
    return listCandidates(this.#state(), request);
  }

  getSeller(request: recommender.GetSellerRequest): recommender.GetSellerResponse {
    return getSeller(this.#state(), request);
  }

  servingStatus(): recommender.GetServingStatusResponse {
    const state = this.#state();
    const { current, swaps } = this.options.versions;
    const metrics = current?.manifest.metrics;
    return {
      context: contextOf(state),
      candidates: state.graph.products.candidates.length,
      recommendable: current?.searchable ?? 0,
      sellers: state.graph.sellers.size,
      indexKind: current?.manifest.index.kind ?? '',
      overlay: current?.index.overlaySize ?? 0,
      tombstoneShare: current?.index.tombstoneShare ?? 0,
      recallAt100: metrics?.recallAt100 ?? 0,
      indexRecall: metrics?.indexRecallAt100 ?? 0,
      swaps,
    };
  }

  /** Notes a call that was answered, or was not. */
  count(method: MethodName, failure: ThawError | 'CANCELLED' | undefined, receivedAt: number): void {
    Atomics.add(this.calls, 0, 1);
    this.options.observer.onCall(method, failure, (performance.now() - receivedAt) / 1000);
  }

  #told<Response extends { readonly context?: recommender.AnswerContext | undefined }>(response: Response): Response {
    const fallback = response.context?.fallback ?? recommender.Fallback.NONE;
    if (fallback !== recommender.Fallback.NONE) this.options.observer.onFallback(fallback);
    return response;
  }

  #state(): ServingState {
    const { live, versions } = this.options;
    const graph = live.served;
    if (graph === undefined) {
      throw new ThawError('GRAPH_NOT_READY', 'The graph is not copied yet: /readyz says how far it is.');
    }
    return {
      graph,
      graphAgeSeconds: live.ageSeconds,
      popular: this.#popular,
      version: versions.current,
      nowMs: Date.now(),
    };
  }
}
