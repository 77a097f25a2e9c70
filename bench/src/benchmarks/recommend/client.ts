import { recommender } from '@thaw/contracts';
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_CONTENT_TYPE, HTTP2_HEADER_TE } = constants;
/** As clients of other languages have it. With the 64 KiB of Node one connection has seven answers in flight. */
const WINDOW = 1 << 20;
/** Before a message: whether it is compressed, and its length in four bytes (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5;
const OK = '0';

const { recommend, getServingStatus } = recommender.RecommenderServiceService;

/** The gRPC status of a call that failed. */
export class CallFailed extends Error {
  constructor(readonly status: string) {
    super(`the call ended with the gRPC status ${status}`);
  }
}

/**
 * Asks one recommender over one connection, in gRPC's own bytes: a caller of grpc-js takes as long for a call as the
 * recommender for its answer, and what its garbage stops would be measured as if it were the service.
 */
export class RecommendClient {
  readonly #session: ClientHttp2Session;

  constructor(grpcPort: number) {
    this.#session = connect(`http://127.0.0.1:${grpcPort}`, { settings: { initialWindowSize: WINDOW } });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(WINDOW));
    this.#session.on('error', () => undefined); // every call tells
  }

  /** One call; the answer is left encoded, so that the caller costs little. @throws CallFailed */
  async recommend(sellerId: string, limit: number): Promise<Buffer> {
    const request = recommender.RecommendRequest.fromPartial({ seller: { $case: 'sellerId', value: sellerId }, limit });
    return await this.#call(recommend.path, recommend.requestSerialize(request));
  }

  /** The version that is served; undefined where there is none yet. */
  async servedVersion(): Promise<string | undefined> {
    const request = getServingStatus.requestSerialize({});
    const answer = await this.#call(getServingStatus.path, request).catch(() => undefined);
    return answer && recommender.GetServingStatusResponse.decode(answer).context?.version;
  }

  close(): void {
    this.#session.close();
  }

  async #call(path: string, message: Buffer): Promise<Buffer> {
    const stream = this.#session.request({
      [HTTP2_HEADER_METHOD]: 'POST',
      [HTTP2_HEADER_PATH]: path,
      [HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [HTTP2_HEADER_TE]: 'trailers',
      'grpc-timeout': '10S',
    });
    const prefixed = Buffer.alloc(PREFIX_BYTES + message.length);
    prefixed.writeUInt32BE(message.length, 1);
    message.copy(prefixed, PREFIX_BYTES);
    stream.end(prefixed);
    return await new Promise<Buffer>((resolve, reject) => {
      const parts: Buffer[] = [];
      let status = 'UNAVAILABLE';
      const note = ({ 'grpc-status': said }: IncomingHttpHeaders): void => {
        if (typeof said === 'string') status = said;
      };
      stream.on('response', note); // of a call that fails at once they are the trailers too
      stream.on('trailers', note);
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', () => undefined);
      stream.on('close', () => {
        if (status === OK) resolve(Buffer.concat(parts).subarray(PREFIX_BYTES));
        else reject(new CallFailed(status));
      });
    });
  }
}
