export * from './port.js';
export { type KafkaConnection, type KafkaSasl, type KafkaTls } from './connection.js';
export { murmur2, partitionForKey } from './partitioner.js';
export { createKafka } from './kafkajs/kafka.js';
export { type EmbeddedBroker, type EmbeddedBrokerOptions, startEmbeddedBroker } from './embedded/broker.js';
export { hasJars, type Progress as BrokerProgress } from './embedded/jars.js';
export { requireJava } from './embedded/java.js';
