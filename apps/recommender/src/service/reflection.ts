import type { Server } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { fileURLToPath } from 'node:url';

const PROTO = fileURLToPath(new URL('../../../../proto/', import.meta.url));

/** Lets tools such as grpcurl ask the server what it offers. */
export function addReflection(server: Server): void {
  const definition = loadSync('thaw/recommender/v1/recommender.proto', { includeDirs: [PROTO], keepCase: true });
  new ReflectionService(definition).addToServer(server);
}
