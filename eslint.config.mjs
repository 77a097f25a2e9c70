import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const OURS = [
  'tensor',
  'contracts',
  'kafka',
  'platform',
  'simulator',
  'graph',
  'store',
  'waml',
  'text',
  'dataset',
  'evaluate',
  'bundle',
  'graph-reader',
  'index',
];
const NODE_IO = ['fs', 'net', 'http', 'http2', 'https', 'child_process', 'os', 'dgram', 'tls'];
const FRAMEWORKS = ['@nestjs/*', 'nest-commander', 'rxjs'];
const KAFKA = ['kafkajs'];
const STORES = ['@nxtedition/rocksdb'];
/** The tensor namespace is handed to the pure places: they may know its types. */
const TENSORS = ['@tensorflow/*'];
const MODELS = [...TENSORS, 'hnswlib-node', '@huggingface/*'];
const GRPC = ['@grpc/*'];

/** The import table of ARCHITECTURE.md: for each place, which of our packages it may import, and whether it is pure. */
const table = {
  'libs/contracts': { ours: [], pure: false, forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...MODELS] },
  'libs/graph': { ours: ['contracts'], pure: true },
  'libs/waml': { ours: ['contracts'], pure: true },
  'libs/simulator': { ours: ['contracts'], pure: true },
  'libs/store': { ours: ['contracts', 'graph', 'text'], forbid: [...FRAMEWORKS, ...KAFKA, ...MODELS, ...GRPC] },
  'libs/tensor': { ours: ['contracts'], forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...GRPC] },
  'libs/text': { ours: ['contracts'], forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...GRPC] },
  'libs/dataset': { ours: ['contracts'], forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...MODELS, ...GRPC] },
  'libs/bundle': { ours: ['contracts'], forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...MODELS, ...GRPC] },
  'libs/index': {
    ours: ['contracts'],
    forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...GRPC, '@tensorflow/*', '@huggingface/*'],
  },
  'libs/evaluate': {
    ours: ['contracts', 'dataset', 'graph', 'text', 'waml'],
    forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...GRPC],
  },
  'libs/kafka': { ours: ['contracts'], forbid: [...FRAMEWORKS, ...STORES, ...MODELS, ...GRPC] },
  'libs/graph-reader': { ours: ['contracts', 'graph', 'kafka', 'platform'], forbid: [...KAFKA, ...STORES, ...MODELS] },
  'libs/platform': { ours: ['contracts'], forbid: [...KAFKA, ...STORES, ...MODELS] },
  'apps/graph': { ours: ['contracts', 'graph', 'kafka', 'platform', 'store'], forbid: [...KAFKA, ...STORES] },
  'apps/recommender': {
    ours: ['app-console', 'bundle', 'contracts', 'graph', 'graph-reader', 'index', 'kafka', 'platform'],
    forbid: [...KAFKA, ...STORES, ...MODELS],
  },
  'apps/trainer': {
    ours: ['bundle', 'contracts', 'graph', 'graph-reader', 'index', 'kafka', 'platform', 'tensor', 'text', 'waml'],
    forbid: [...KAFKA, ...STORES, ...MODELS],
  },
  'deploy/dashboards': {
    ours: ['app-graph', 'app-recommender', 'app-trainer', 'platform'],
    forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...MODELS, ...GRPC],
  },
  'apps/console': { ours: [], forbid: [...FRAMEWORKS, ...KAFKA, ...STORES, ...MODELS, ...GRPC] },
  'apps/cli': { ours: [...OURS, 'app-graph'], forbid: [...KAFKA, ...STORES] },
};

const PURE = [
  ...FRAMEWORKS,
  ...KAFKA,
  ...STORES,
  ...MODELS,
  ...GRPC,
  ...NODE_IO.flatMap((name) => [name, `node:${name}`, `node:${name}/*`]),
];
/** Specs and benchmarks of a pure place may use Node: what they test may not. */
const UNSHIPPED = ['**/*.spec.ts', '**/bench/**'];

const boundaries = Object.entries(table).map(([place, { ours, pure, forbid }]) => {
  const strangers = [...OURS, 'app-console', 'app-graph', 'app-recommender', 'app-trainer', 'cli']
    .filter((name) => !ours.includes(name))
    .map((name) => `@thaw/${name}`);
  const outside = pure ? PURE.filter((name) => !TENSORS.includes(name)) : forbid;
  return {
    files: [`${place}/**/*.ts`, `${place}/**/*.tsx`],
    ignores: UNSHIPPED,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: strangers,
              message: `${place} may import ${ours.join(', ') || 'nothing of ours'} (see ARCHITECTURE.md).`,
            },
            {
              group: ['@thaw/*/*', '**/libs/*', '**/apps/*'],
              message: 'Import a package by its name, not by its files.',
            },
            ...(pure
              ? [{ group: TENSORS, allowTypeImports: true, message: `${place} is handed its tensor namespace.` }]
              : []),
            { group: outside, message: `${place} does not import this (see the import table in ARCHITECTURE.md).` },
          ],
        },
      ],
      ...(pure && {
        'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'Randomness comes in as a seeded argument.' },
          { object: 'Date', property: 'now', message: 'The clock comes in as an argument.' },
          { object: 'performance', property: 'now', message: 'The clock comes in as an argument.' },
        ],
      }),
    },
  };
});

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'libs/contracts/src/generated/', '**/assembly/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Nest declares its option bags as classes
      '@typescript-eslint/no-non-null-assertion': 'off', // typed arrays in hot loops: indices are bounded by construction
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['libs/platform/src/config/**', '**/*.spec.ts', 'test/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment through @thaw/platform configuration.' },
      ],
    },
  },
  ...boundaries,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
  },
);
