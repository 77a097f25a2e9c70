import { Server } from '@grpc/grpc-js';
import { REQUEST_LIMITS } from '../answers/request.js';
import { healthService, healthServiceDefinition } from './health-service.js';
import {
  recommenderService,
  recommenderServiceDefinition,
  type RecommenderServiceOptions,
} from './recommender-service.js';
import { addReflection } from './reflection.js';

const NAME = 'thaw.recommender.v1.RecommenderService';

/** The server with the recommender service, health and reflection; not listening yet. */
export function grpcServer(options: RecommenderServiceOptions, isServing: () => boolean): Server {
  const server = new Server({
    'grpc.max_receive_message_length': REQUEST_LIMITS.bytes,
    // Nobody reads what grpc-js would note of every call: there are metrics.
    'grpc.enable_channelz': 0,
    // A connection may be busy with this many calls; the turns decide about all of them together.
    'grpc.max_concurrent_streams': 1000,
  });
  server.addService(recommenderServiceDefinition, recommenderService(options));
  server.addService(healthServiceDefinition, healthService([NAME], isServing));
  addReflection(server);
  return server;
}
