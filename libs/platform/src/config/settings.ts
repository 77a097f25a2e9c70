import { z } from 'zod';
import { apiTokens, bearerToken } from './api-tokens.js';
import { boolean, brokers, bytes, decimal, durationMs, integer, port, share } from './parsers.js';
import { type ConfigOf, optional, withDefault } from './setting.js';

/** Every setting of Thaw, by group. `thaw config` prints them; nothing reads the environment elsewhere. */
export const SETTINGS = {
  kafka: {
    brokers: optional(
      'KAFKA_BROKERS',
      brokers().describe('Brokers as host:port,host:port. Not set: the embedded broker.'),
    ),
    ssl: withDefault('KAFKA_SSL_ENABLED', 'false', boolean().describe('Whether to speak TLS to the brokers.')),
    sslCa: optional(
      'KAFKA_SSL_CA',
      z.string().describe('Certificate authority of the brokers, PEM. Not set: those that Node trusts.'),
      { fileVariant: true },
    ),
    sslCert: optional('KAFKA_SSL_CERT', z.string().describe('Client certificate for mutual TLS, PEM.'), {
      fileVariant: true,
    }),
    sslKey: optional('KAFKA_SSL_KEY', z.string().describe('Key of the client certificate, PEM.'), { secret: true }),
    sslKeyPassphrase: optional('KAFKA_SSL_KEY_PASSPHRASE', z.string().describe('Passphrase of that key.'), {
      secret: true,
    }),
    sslServerName: optional(
      'KAFKA_SSL_SERVER_NAME',
      z.string().describe("Name in the brokers' certificate, where it is not their host name."),
    ),
    saslMechanism: optional(
      'KAFKA_SASL_MECHANISM',
      z
        .string()
        .transform((text) => text.toUpperCase())
        .pipe(z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']))
        .describe('How to log in: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. Not set: no login.'),
    ),
    saslUsername: optional('KAFKA_SASL_USERNAME', z.string().describe('User to log in as.')),
    saslPassword: optional('KAFKA_SASL_PASSWORD', z.string().describe('Password to log in with.'), { secret: true }),
    topicPrefix: withDefault(
      'THAW_TOPIC_PREFIX',
      '',
      z
        .string()
        .regex(/^[A-Za-z0-9._-]{0,100}$/, 'must be at most 100 letters, digits, dots, underscores and hyphens')
        .describe('Put before every topic name, so that several Thaws can share a cluster.'),
    ),
    embeddedPort: optional(
      'THAW_BROKER_PORT',
      port().describe('Port of the embedded broker, on 127.0.0.1. Not set: that of the last run, else a free one.'),
    ),
    mavenRepository: optional(
      'THAW_MAVEN_REPOSITORY',
      z
        .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
        .describe('Where the embedded broker is fetched from when Maven is not installed.'),
    ),
  },
  paths: {
    dataDir: withDefault(
      'THAW_DATA_DIR',
      '.thaw',
      z.string().describe('State: store, embedded broker, import checkpoints. Relative to the working directory.'),
    ),
    bundleDir: optional(
      'THAW_BUNDLE_DIR',
      z.string().describe('Version bundles, shared by trainer and recommender. Not set: bundles in THAW_DATA_DIR.'),
    ),
    cacheDir: optional(
      'THAW_CACHE_DIR',
      z.string().describe('What can be fetched again, such as the broker. Not set: thaw in the user cache folder.'),
    ),
  },
  log: {
    level: withDefault(
      'THAW_LOG_LEVEL',
      'info',
      z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .describe('Least level that is logged: trace, debug, info, warn, error, fatal or silent.'),
    ),
    format: withDefault(
      'THAW_LOG_FORMAT',
      'auto',
      z.enum(['auto', 'json', 'text']).describe('json, text, or auto: text on a terminal and JSON elsewhere.'),
    ),
  },
  http: {
    host: withDefault('THAW_HTTP_HOST', '127.0.0.1', z.string().describe('Address that HTTP and gRPC listen on.')),
  },
  security: {
    tlsCert: optional(
      'THAW_TLS_CERT',
      z.string().describe('Certificate (chain) of this server, PEM. Not set: plain text.'),
      { fileVariant: true },
    ),
    tlsKey: optional('THAW_TLS_KEY', z.string().describe('Key of that certificate, PEM.'), { secret: true }),
    tlsClientCa: optional(
      'THAW_TLS_CLIENT_CA',
      z.string().describe('Authority that clients must have a certificate of (mutual TLS), PEM. Not set: anyone.'),
      { fileVariant: true },
    ),
    tlsCa: optional(
      'THAW_TLS_CA',
      z.string().describe("Authority of the servers' certificates, PEM, for calls between the apps."),
      { fileVariant: true },
    ),
    apiTokens: optional(
      'THAW_API_TOKENS',
      apiTokens().describe(
        'Tokens that calls must carry one of, as role:name:token with commas between them; roles: viewer, operator, ' +
          'admin. A token alone is an admin. Not set: none is asked for.',
      ),
      { secret: true, secretsOf: (tokens) => tokens.map(({ token }) => token) },
    ),
    apiToken: optional(
      'THAW_API_TOKEN',
      bearerToken().describe('Token that this process calls the apps with. Not set: the first of THAW_API_TOKENS.'),
      { secret: true },
    ),
    insecureListen: withDefault(
      'THAW_INSECURE_LISTEN',
      'false',
      boolean().describe('Whether to listen beyond this machine without TLS and tokens or client certificates.'),
    ),
  },
  graph: {
    address: optional(
      'THAW_GRAPH_ADDRESS',
      z
        .string()
        .regex(/^\S+:\d{1,5}$/, 'must be host:port')
        .describe('Where the other apps find the graph service. Not set: THAW_GRAPH_GRPC_PORT of THAW_HTTP_HOST.'),
    ),
    httpPort: withDefault(
      'THAW_GRAPH_HTTP_PORT',
      '9464',
      port().describe('Port of /livez, /readyz and /metrics of apps/graph; 0 picks a free one.'),
    ),
    grpcPort: withDefault(
      'THAW_GRAPH_GRPC_PORT',
      '50051',
      port().describe('Port of the graph service (gRPC) of apps/graph; 0 picks a free one.'),
    ),
    counter: withDefault(
      'THAW_GRAPH_COUNTER',
      'embedded',
      z
        .enum(['embedded', 'external'])
        .describe('embedded: count interactions here. external: take finished counts from co-interactions.'),
    ),
    crashAt: optional(
      'THAW_TEST_CRASH_AT',
      z
        .string()
        .regex(/^[a-z_]+:[1-9][0-9]*$/, 'must be POINT:N, such as after_commit:3')
        .describe('For the crash tests: kills apps/graph at the Nth passing of a point.'),
    ),
    historyLimit: withDefault(
      'THAW_HISTORY_LIMIT',
      '200',
      integer({ min: 2, max: 65_535 }).describe('Distinct products that a customer history holds, the newest ones.'),
    ),
    demandLimit: withDefault(
      'THAW_DEMAND_LIMIT',
      '1000',
      integer({ min: 2, max: 65_535 }).describe(
        'Distinct products that a customer counts as demand for; those beyond the history make no pairs.',
      ),
    ),
    coInteractionThreshold: withDefault(
      'THAW_CO_INTERACTION_THRESHOLD',
      '5',
      integer({ min: 1, max: 60_000 }).describe('Customers that two products must share to be an edge.'),
    ),
    minCustomers: withDefault(
      'THAW_MIN_CUSTOMERS',
      '5',
      integer({ min: 1, max: 1_000_000 }).describe('Customers that a product needs to be a candidate.'),
    ),
    maxListings: withDefault(
      'THAW_MAX_LISTINGS',
      '10',
      integer({ min: 1, max: 1_000_000 }).describe('Listings at which a product is warm and no candidate any more.'),
    ),
    listingHysteresis: withDefault(
      'THAW_LISTING_HYSTERESIS',
      '0',
      integer({ min: 0, max: 1_000_000 }).describe('Listings below the limit before a warm product is cold again.'),
    ),
    demandHysteresis: withDefault(
      'THAW_DEMAND_HYSTERESIS',
      '0',
      integer({ min: 0, max: 1_000_000 }).describe('Customers below the minimum before a candidate is evicted.'),
    ),
    maxFutureSkewMs: withDefault(
      'THAW_MAX_FUTURE_SKEW_MS',
      '24h',
      durationMs().describe('How far ahead of the clock an event time may be before the event is a dead letter.'),
    ),
    microBatchMaxEvents: withDefault(
      'THAW_MICRO_BATCH_MAX_EVENTS',
      '5000',
      integer({ min: 1, max: 1_000_000 }).describe('Events after which a micro-batch is applied.'),
    ),
    microBatchMaxDelayMs: withDefault(
      'THAW_MICRO_BATCH_MAX_DELAY_MS',
      '50',
      durationMs({ max: 60_000 }).describe('Time after which a micro-batch that is not full is applied.'),
    ),
    sketchBytes: withDefault(
      'THAW_SKETCH_BYTES',
      '16MiB',
      bytes({ min: 65_536, max: 2 ** 36 }).describe('First size of the counting sketch; it grows with the pairs.'),
    ),
  },
  trainer: {
    address: optional(
      'THAW_TRAINER_ADDRESS',
      z
        .string()
        .regex(/^\S+:\d{1,5}$/, 'must be host:port')
        .describe('Where the console finds the operator service. Not set: THAW_TRAINER_GRPC_PORT of THAW_HTTP_HOST.'),
    ),
    httpPort: withDefault(
      'THAW_TRAINER_HTTP_PORT',
      '9465',
      port().describe('Port of /livez, /readyz and /metrics of apps/trainer; 0 picks a free one.'),
    ),
    grpcPort: withDefault(
      'THAW_TRAINER_GRPC_PORT',
      '50052',
      port().describe('Port of the operator service (gRPC) of apps/trainer; 0 picks a free one.'),
    ),
    minListings: withDefault(
      'THAW_TRAINER_MIN_LISTINGS',
      '200',
      integer({ min: 10, max: 1_000_000_000 }).describe('Listings of the graph before the first version is made.'),
    ),
    churnShare: withDefault(
      'THAW_TRAINER_CHURN',
      '0.1',
      share().describe(
        'Share of the candidates that came or went since the last version, at which a fine-tune is due.',
      ),
    ),
    changedEdgesShare: withDefault(
      'THAW_TRAINER_CHANGED_EDGES',
      '0.1',
      share().describe('Share of edges and listings that changed since the last version, at which a fine-tune is due.'),
    ),
    maxAgeMs: withDefault(
      'THAW_TRAINER_MAX_AGE',
      '1h',
      durationMs({ min: 1000 }).describe('Age of the last version at which a fine-tune is due, if anything changed.'),
    ),
    minGapMs: withDefault(
      'THAW_TRAINER_MIN_GAP',
      '60s',
      durationMs({ min: 0 }).describe('Least time between the end of a run and the start of the next by itself.'),
    ),
    growth: withDefault(
      'THAW_TRAINER_GROWTH',
      '2',
      decimal({ min: 1.1, max: 1000 }).describe(
        'Listings, as a multiple of those at the last full retrain, at which another is due.',
      ),
    ),
    recallTolerance: withDefault(
      'THAW_TRAINER_RECALL_TOLERANCE',
      '0.01',
      share().describe(
        'How far Recall@100 on held-back listings may fall below the serving version and pass the gate.',
      ),
    ),
    minIndexRecall: withDefault(
      'THAW_TRAINER_MIN_INDEX_RECALL',
      '0.98',
      share().describe('Recall of the index against exact search below which the gate rejects a version.'),
    ),
    vectorBytes: withDefault(
      'THAW_TRAINER_VECTOR_BYTES',
      '256MiB',
      bytes({ min: 2 ** 20, max: 2 ** 40 }).describe(
        'Memory for the vectors of a version: it decides how wide they are.',
      ),
    ),
    stateBytes: withDefault(
      'THAW_TRAINER_STATE_BYTES',
      '4GiB',
      bytes({ min: 2 ** 20, max: 2 ** 40 }).describe('Memory for live embedding; a version that needs more has none.'),
    ),
    workers: withDefault(
      'THAW_TRAINER_WORKERS',
      '2',
      integer({ min: 1, max: 256 }).describe('Threads of propagation; best the number of cores.'),
    ),
    networkMode: withDefault(
      'THAW_TRAINER_NETWORK',
      'off',
      z
        .enum(['auto', 'on', 'off'])
        .describe(
          'Whether runs train the network and serve it where it is better: on, off, or auto (with listings enough).',
        ),
    ),
    networkSeconds: withDefault(
      'THAW_TRAINER_NETWORK_SECONDS',
      '120',
      integer({ min: 1, max: 604_800 }).describe(
        'Most seconds that a full retrain trains the network for; a fine-tune takes a quarter.',
      ),
    ),
    networkFolds: withDefault(
      'THAW_TRAINER_NETWORK_FOLDS',
      '5',
      integer({ min: 1, max: 100 }).describe(
        'Parts of the listings, two of which are held out of the graph and trained on; 1: none is, as in the paper.',
      ),
    ),
    tensorBackend: optional(
      'THAW_TENSOR_BACKEND',
      z
        .enum(['tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu'])
        .describe(
          'Tensor backend of training, no other: tfjs-node-gpu, tfjs-node, webgpu, wasm or cpu. Not set: the best.',
        ),
    ),
    hangMs: withDefault(
      'THAW_TRAINER_HANG',
      '5m',
      durationMs({ min: 1000 }).describe('Silence of a run after which it is ended and tried again.'),
    ),
    attempts: withDefault(
      'THAW_TRAINER_ATTEMPTS',
      '3',
      integer({ min: 1, max: 100 }).describe('How often a run is tried before it counts as failed.'),
    ),
    keepVersions: withDefault(
      'THAW_TRAINER_KEEP_VERSIONS',
      '5',
      integer({ min: 2, max: 10_000 }).describe('Bundles kept of versions that passed the gate, the newest.'),
    ),
    keepRejectedMs: withDefault(
      'THAW_TRAINER_KEEP_REJECTED',
      '24h',
      durationMs({ min: 0 }).describe('How long bundles stay that the gate rejected.'),
    ),
  },
  recommender: {
    httpPort: withDefault(
      'THAW_RECOMMENDER_HTTP_PORT',
      '9466',
      port().describe(
        'Port of /livez, /readyz and /metrics of apps/recommender, and of its JSON gateway; 0 picks a free one.',
      ),
    ),
    grpcPort: withDefault(
      'THAW_RECOMMENDER_GRPC_PORT',
      '50053',
      port().describe('Port of the recommender service (gRPC) of apps/recommender; 0 picks a free one.'),
    ),
    maxWaiting: withDefault(
      'THAW_RECOMMENDER_MAX_WAITING',
      '256',
      integer({ min: 1, max: 100_000 }).describe('Calls that may wait for their turn; more are told to come later.'),
    ),
    embeddingBufferBytes: withDefault(
      'THAW_RECOMMENDER_EMBEDDING_BUFFER',
      '128MiB',
      bytes({ min: 65_536, max: 2 ** 36 }).describe(
        'Memory for live embeddings of versions to come, the one that is served and the one before. Above it, the ' +
          'topic is read again at a swap.',
      ),
    ),
  },
  text: {
    model: optional(
      'THAW_TEXT_MODEL',
      z.string().describe('Folder of a local ONNX text model. Not set: hashed n-grams, which need no download.'),
    ),
  },
  lifecycle: {
    shutdownBudgetMs: withDefault(
      'THAW_SHUTDOWN_BUDGET_MS',
      '20s',
      durationMs({ min: 100, max: 3_600_000 }).describe('Time that a graceful shutdown may take.'),
    ),
    supervised: withDefault(
      'THAW_SUPERVISED',
      'false',
      boolean().describe('Set by the supervisor: shut down when standard input closes, because the parent is gone.'),
    ),
  },
} as const;

/** The settings as they are read, before paths are made absolute. */
export type Settings = ConfigOf<typeof SETTINGS>;
