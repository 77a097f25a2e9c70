import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_CONTENT_TYPE, HTTP2_HEADER_TE } = constants;
/** As clients of other languages have it. With the 64 KiB of Node one connection has seven answers in flight. */
const WINDOW = 1 << 20;
/** Before a message: whether it is compressed, and its length in four bytes (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5;
const OK = '0';

/** The gRPC status of a call that failed. */
export class CallFailed extends Error {
  constructor(readonly status: string) {
    super(`the call ended with the gRPC status ${status}`);
  }
}

/**
 * Calls one server over one connection, in gRPC's own bytes: a caller of grpc-js takes as long for a call as the
 * recommender for its answer, and what its garbage stops would be measured as if it were the service. For the same
 * reason it imports nothing of ours: each collection of a thread's garbage takes as long as the thread's code is large.
 */
export class GrpcClient {
  readonly #session: ClientHttp2Session;

  constructor(grpcPort: number) {
    this.#session = connect(`http://127.0.0.1:${grpcPort}`, { settings: { initialWindowSize: WINDOW } });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(WINDOW));
    this.#session.on('error', () => undefined); // every call tells
  }

  close(): void {
    this.#session.close();
  }

  /** One call of the method with an encoded request; the answer is left encoded. @throws CallFailed */
  async call(path: string, message: Uint8Array): Promise<Buffer> {
    const stream = this.#session.request({
      [HTTP2_HEADER_METHOD]: 'POST',
      [HTTP2_HEADER_PATH]: path,
      [HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [HTTP2_HEADER_TE]: 'trailers',
      'grpc-timeout': '10S',
    });
    const prefixed = Buffer.alloc(PREFIX_BYTES + message.length);
    prefixed.writeUInt32BE(message.length, 1);
    prefixed.set(message, PREFIX_BYTES);
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
        const [only, more] = parts;
        const whole = only !== undefined && more === undefined ? only : Buffer.concat(parts);
        if (status === OK) resolve(whole.subarray(PREFIX_BYTES));
        else reject(new CallFailed(status));
      });
    });
  }
}
