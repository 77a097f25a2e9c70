import {
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** grpc.health.v1.HealthCheckResponse.ServingStatus */
const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

interface HealthRequest {
  readonly service: string;
}
interface HealthResponse {
  readonly status: number;
}

const decodeRequest = (bytes: Buffer): HealthRequest => {
  const reader = new BinaryReader(bytes);
  let service = '';
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) service = reader.string();
    else reader.skip(wireType);
  }
  return { service };
};
const encodeRequest = ({ service }: HealthRequest): Buffer =>
  Buffer.from(
    new BinaryWriter()
      .uint32((1 << 3) | 2)
      .string(service)
      .finish(),
  );
const decodeResponse = (bytes: Buffer): HealthResponse => {
  const reader = new BinaryReader(bytes);
  let found = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) found = reader.int32();
    else reader.skip(wireType);
  }
  return { status: found };
};
const encodeResponse = (response: HealthResponse): Buffer =>
  Buffer.from(
    new BinaryWriter()
      .uint32(1 << 3)
      .int32(response.status)
      .finish(),
  );

const method = (name: string, responseStream: boolean) => ({
  path: `/grpc.health.v1.Health/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: encodeRequest,
  requestDeserialize: decodeRequest,
  responseSerialize: encodeResponse,
  responseDeserialize: decodeResponse,
});

/** grpc/health/v1/health.proto, written out: two messages of one field each. */
export const healthServiceDefinition = {
  check: method('Check', false),
  watch: method('Watch', true),
} satisfies ServiceDefinition;

const WATCH_MS = 500;

/**
 * The gRPC health checking protocol for the whole server (the empty name) and the services that it has. Asked without a
 * token too: probes have none.
 */
export function healthService(services: readonly string[], isServing: () => boolean) {
  const known = new Set(['', ...services]);
  const now = (): number => (isServing() ? SERVING : NOT_SERVING);
  return {
    check: (call: ServerUnaryCall<HealthRequest, HealthResponse>, reply: sendUnaryData<HealthResponse>): void => {
      if (known.has(call.request.service)) reply(null, { status: now() });
      else reply({ code: status.NOT_FOUND, details: `There is no service ${JSON.stringify(call.request.service)}.` });
    },
    watch: (call: ServerWritableStream<HealthRequest, HealthResponse>): void => {
      let last: number | undefined;
      const tell = (): void => {
        const found = known.has(call.request.service) ? now() : SERVICE_UNKNOWN;
        if (found === last) return;
        last = found;
        call.write({ status: found });
      };
      tell();
      const timer = setInterval(tell, WATCH_MS);
      call.once('cancelled', () => {
        clearInterval(timer);
        call.end();
      });
    },
  };
}
