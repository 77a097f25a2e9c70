export type { BuildOptions, BuiltIndex } from './build/options.js';
export type { Lease, Servable } from './holder/servable.js';
export type { Hit, IndexedVectors, IndexSettings, VectorChange } from './types.js';
