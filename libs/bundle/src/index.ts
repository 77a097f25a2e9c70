export { modelCard } from './card.js';
export { DirectoryBundleStore, type DirectoryStoreOptions } from './directory/directory-bundle-store.js';
export { FILES, type BundleFiles, type ByteSource } from './files.js';
export { IdRows } from './id-rows.js';
export { type KnownId, writeIds } from './ids.js';
export type { IndexSettings, Manifest, ManifestDraft, ManifestFile } from './manifest.js';
export type {
  BundleIds,
  BundleStore,
  BundleVectors,
  CardSection,
  ListedBundle,
  StagedBundle,
  VerifiedBundle,
} from './port.js';
export type { PrunePolicy } from './prune.js';
export type { Dtype, TensorInfo } from './safetensors/header.js';
export { type MemoryOf, SafetensorsReader } from './safetensors/reader.js';
export { writeSafetensors, type TensorToWrite, type WriteOptions } from './safetensors/writer.js';
export { writeVectors, type VectorsToWrite } from './vectors.js';
export { compareVersions, nextVersionName, VERSION_NAME } from './version-name.js';
