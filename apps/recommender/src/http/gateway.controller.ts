import { Controller, Get, Header, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { recommender, ThawError } from '@thaw/contracts';
import { BearerTokens } from '@thaw/platform';
import { REQUEST_LIMITS } from '../answers/request.js';
import { Answering, type MethodName } from '../service/answering.js';
import { Turns } from '../service/turns.js';
import { readJson } from './read-json.js';

/** What is used of Node's request. */
interface HttpRequest extends AsyncIterable<Buffer> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly destroyed: boolean;
}

const WANTED = 'a RecommendRequest in the JSON mapping of protobuf';

type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The recommender service as JSON: requests and answers are the protobuf messages in their JSON mapping. `categories` and
 * `exclude` may be given several times, or with commas between them.
 */
@Controller('v1')
export class GatewayController {
  constructor(
    @Inject(Answering) private readonly answering: Answering,
    @Inject(Turns) private readonly turns: Turns,
    @Inject(BearerTokens) private readonly tokens: BearerTokens,
  ) {}

  @Get('sellers/:id/recommendations')
  @Header('cache-control', 'no-store')
  async recommendations(@Req() http: HttpRequest, @Param('id') id: string, @Query() query: Parameters) {
    const request = recommender.RecommendRequest.fromPartial({
      seller: { $case: 'sellerId', value: id },
      limit: whole('limit', query['limit']),
      categoryIds: list(query['categories']),
      excludeProductIds: list(query['exclude']),
      explain: ['true', '1', ''].includes(String(query['explain'])),
    });
    return await this.#answer(http, 'Recommend', () =>
      recommender.RecommendResponse.toJSON(this.answering.recommend(request)),
    );
  }

  @Post('recommendations')
  @Header('cache-control', 'no-store')
  async recommend(@Req() http: HttpRequest) {
    this.tokens.check(single(http.headers['authorization']));
    const request = recommender.RecommendRequest.fromJSON(await readJson(http, REQUEST_LIMITS.bytes, WANTED));
    return await this.#answer(http, 'Recommend', () =>
      recommender.RecommendResponse.toJSON(this.answering.recommend(request)),
    );
  }

  @Get('products/:id')
  @Header('cache-control', 'no-store')
  async product(@Req() http: HttpRequest, @Param('id') productId: string) {
    return await this.#answer(http, 'GetProduct', () =>
      recommender.GetProductResponse.toJSON(this.answering.getProduct({ productId })),
    );
  }

  @Get('products/:id/similar')
  @Header('cache-control', 'no-store')
  async similar(@Req() http: HttpRequest, @Param('id') productId: string, @Query() query: Parameters) {
    const limit = whole('limit', query['limit']);
    return await this.#answer(http, 'Similar', () =>
      recommender.SimilarResponse.toJSON(this.answering.similar({ productId, limit })),
    );
  }

  @Get('sellers/:id')
  @Header('cache-control', 'no-store')
  async seller(@Req() http: HttpRequest, @Param('id') sellerId: string, @Query() query: Parameters) {
    const limit = whole('limit', query['limit']);
    return await this.#answer(http, 'GetSeller', () =>
      recommender.GetSellerResponse.toJSON(this.answering.getSeller({ sellerId, limit })),
    );
  }

  @Get('sellers/:id/explanations/:product')
  @Header('cache-control', 'no-store')
  async explanation(
    @Req() http: HttpRequest,
    @Param('id') sellerId: string,
    @Param('product') productId: string,
  ): Promise<unknown> {
    return await this.#answer(http, 'Explain', () =>
      recommender.ExplainResponse.toJSON(this.answering.explain({ sellerId, productId })),
    );
  }

  @Get('candidates')
  @Header('cache-control', 'no-store')
  async candidates(@Req() http: HttpRequest, @Query() query: Parameters) {
    const request = recommender.ListCandidatesRequest.fromPartial({
      ...bucket(single(query['bucket'])),
      categoryId: single(query['category']) ?? '',
      limit: whole('limit', query['limit']),
      pageToken: single(query['page_token']) ?? '',
    });
    return await this.#answer(http, 'ListCandidates', () =>
      recommender.ListCandidatesResponse.toJSON(this.answering.listCandidates(request)),
    );
  }

  @Get('status')
  @Header('cache-control', 'no-store')
  async status(@Req() http: HttpRequest) {
    return await this.#answer(http, 'GetServingStatus', () =>
      recommender.GetServingStatusResponse.toJSON(this.answering.servingStatus()),
    );
  }

  #answer(http: HttpRequest, method: MethodName, answer: () => unknown): Promise<unknown> {
    const receivedAt = performance.now();
    this.tokens.check(single(http.headers['authorization']));
    return new Promise((resolve, reject) => {
      const refuse = (thrown: unknown): void => {
        const error = ThawError.from(thrown);
        this.answering.count(method, error, receivedAt);
        reject(error);
      };
      this.turns.enter({
        deadlineMs: Infinity,
        isGone: () => false,
        refuse,
        answer: () => {
          try {
            const body = answer();
            this.answering.count(method, undefined, receivedAt);
            resolve(body);
          } catch (error) {
            refuse(error);
          }
        },
      });
    });
  }
}

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

const list = (value: Parameters[string]): string[] =>
  (value === undefined ? [] : [value].flat()).flatMap((text) => text.split(',')).filter((text) => text !== '');

function whole(field: string, value: Parameters[string]): number {
  const text = single(value);
  if (text === undefined) return 0;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw invalid(field, text, 'must be a whole number, 1 or more');
}

/** A number of listings, such as 0, or two with a hyphen between them, such as 1-3. */
function bucket(text: string | undefined): { readonly minListings?: number; readonly maxListings?: number } {
  if (text === undefined) return {};
  const [, from, to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  if (from === undefined) throw invalid('bucket', text, 'must be a number of listings, or two such as 1-3');
  return { minListings: Number(from), maxListings: Number(to) };
}

function invalid(field: string, text: string, description: string): ThawError {
  return new ThawError('REQUEST_INVALID', `${field}=${text.slice(0, 100)} ${description}.`, {
    details: { violations: [{ field, description }] },
  });
}
