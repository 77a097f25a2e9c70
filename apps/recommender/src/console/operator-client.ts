import { type ChannelCredentials, type ClientOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import { operator, ThawError } from '@thaw/contracts';
import { fromServiceError } from '@thaw/platform';

export interface OperatorClientOptions {
  /** `host:port` of apps/trainer. */
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly options: Partial<ClientOptions>;
  /** The setting that says where else it listens. */
  readonly setting: string;
}

type Unary<Request, Answer> = (
  request: Request,
  metadata: Metadata,
  options: { readonly deadline: Date },
  done: (error: ServiceError | null, answer: Answer) => void,
) => unknown;

/** Reading is for a page that is drawn each second: what is slower counts as away. */
const READ_MS = 2_000;
/** A command writes to Kafka, which may be starting again. */
const COMMAND_MS = 30_000;

/**
 * The operator service of apps/trainer. Calls throw ThawError: what it answers, or APP_UNREACHABLE where it does not.
 * `authorization` is the header of whoever commands: the trainer judges by it, not by the recommender's own token.
 */
export class OperatorClient {
  readonly #client: operator.OperatorServiceClient;

  constructor(private readonly options: OperatorClientOptions) {
    this.#client = new operator.OperatorServiceClient(options.address, options.credentials, options.options);
  }

  /** The newest first. */
  async versions(limit: number): Promise<readonly operator.Version[]> {
    const { versions } = await this.#unary('listVersions', { limit }, undefined, READ_MS);
    return versions;
  }

  /** The newest first. */
  async runs(limit: number): Promise<readonly operator.Run[]> {
    const { runs } = await this.#unary('listRuns', { limit }, undefined, READ_MS);
    return runs;
  }

  async activate(request: operator.ActivateVersionRequest, authorization?: string): Promise<operator.Version> {
    return versionIn(await this.#unary('activateVersion', request, authorization, COMMAND_MS));
  }

  async rollback(request: operator.RollbackRequest, authorization?: string): Promise<operator.Version> {
    return versionIn(await this.#unary('rollback', request, authorization, COMMAND_MS));
  }

  async release(request: operator.ReleasePinRequest, authorization?: string): Promise<operator.Version> {
    return versionIn(await this.#unary('releasePin', request, authorization, COMMAND_MS));
  }

  close(): void {
    this.#client.close();
  }

  async #unary<Method extends keyof Calls>(
    method: Method,
    request: Calls[Method]['request'],
    authorization: string | undefined,
    timeoutMs: number,
  ): Promise<Calls[Method]['answer']> {
    const metadata = new Metadata();
    if (authorization !== undefined) metadata.set('authorization', authorization);
    const call = this.#client[method].bind(this.#client) as Unary<typeof request, Calls[Method]['answer']>;
    return await new Promise((resolve, reject) => {
      call(request, metadata, { deadline: new Date(Date.now() + timeoutMs) }, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(this.#failure(error));
      });
    });
  }

  #failure(error: ServiceError): ThawError {
    const { address, setting } = this.options;
    return (
      fromServiceError(error) ??
      new ThawError(
        'APP_UNREACHABLE',
        `apps/trainer does not answer at ${address}: ${error.details}. Start it (\`thaw up\` does), or say where it ` +
          `listens with ${setting}.`,
        { cause: error, details: { app: 'trainer', address } },
      )
    );
  }
}

interface Calls {
  listRuns: { request: operator.ListRunsRequest; answer: operator.ListRunsResponse };
  listVersions: { request: operator.ListVersionsRequest; answer: operator.ListVersionsResponse };
  activateVersion: { request: operator.ActivateVersionRequest; answer: operator.ActivateVersionResponse };
  rollback: { request: operator.RollbackRequest; answer: operator.RollbackResponse };
  releasePin: { request: operator.ReleasePinRequest; answer: operator.ReleasePinResponse };
}

function versionIn({ version }: { readonly version?: operator.Version | undefined }): operator.Version {
  if (version !== undefined) return version;
  throw new ThawError('INTERNAL', 'apps/trainer answered without saying which version is served now.');
}
