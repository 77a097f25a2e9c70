export { type GraphClientOptions, GraphClient } from './graph-client.js';
export { type GraphConsumer, type GraphChanges } from './consumer.js';
export { type GraphReaderOptions, GraphReader } from './graph-reader.js';
export { type GraphReaderState, type GraphReaderStatus } from './status.js';
