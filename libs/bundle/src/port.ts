import type { IdRows } from './id-rows.js';
import type { KnownId } from './ids.js';
import type { Manifest, ManifestDraft } from './manifest.js';
import type { PrunePolicy } from './prune.js';
import type { MemoryOf, SafetensorsReader } from './safetensors/reader.js';

/** Folded vectors of a version, float32, row-major; score(s, p) is the inner product of their rows. */
export interface BundleVectors {
  /** D. */
  readonly dimensions: number;
  /** `[n, D]`, in the order of `BundleIds.products`. */
  readonly products: Float32Array;
  /** `[m, D]`, in the order of `BundleIds.sellers`. */
  readonly sellers: Float32Array;
  /** `[c]`: distinct rows of `products`, in the order of the index's labels. */
  readonly candidates: Uint32Array;
}

export interface BundleIds {
  readonly products: IdRows;
  readonly sellers: IdRows;
}

/**
 * A bundle whose every file had the sha256 of its manifest when it was opened. Its methods throw ThawError
 * BUNDLE_INVALID (the content is not what a bundle promises), BUNDLE_NOT_FOUND (removed meanwhile),
 * BUNDLE_STORE_UNAVAILABLE, or BUNDLE_MEMORY.
 */
export interface VerifiedBundle {
  readonly version: string;
  readonly manifest: Manifest;
  /** @param memory gives so many bytes or more, for the products and then for the sellers */
  readVectors(memory?: MemoryOf): Promise<BundleVectors>;
  /** @param known gives the strings that are to be kept for the products */
  readIds(known?: KnownId): Promise<BundleIds>;
  /** Whether the manifest lists the file. */
  has(name: string): boolean;
  /** The ids of another id map, such as that of the layer states. */
  readIdFile(name: string): Promise<IdRows>;
  /** Opens a safetensors file, such as `states.safetensors`. The caller closes it. */
  openTensors(name: string): Promise<SafetensorsReader>;
  /** A file on this machine's disk, for native code to read. */
  path(name: string): string;
}

/** Something for people that goes to the end of the model card. */
export interface CardSection {
  readonly title: string;
  /** Markdown, which may show a staged file: `![curves](curves.svg)`. */
  readonly markdown: string;
}

/** A bundle in the making, invisible until it is published. */
export interface StagedBundle {
  readonly version: string;
  /**
   * A folder on this machine to write files into, by whatever process: `writeVectors`, `writeIds`, `writeSafetensors`.
   * All that lies there when the bundle is published becomes part of it.
   */
  readonly folder: string;
  /**
   * Writes the model card, takes every file's sha256, makes all of it durable, and shows the bundle under its name, whole
   * or not at all. What would not be opened again is not published.
   *
   * @throws ThawError BUNDLE_INVALID, BUNDLE_EXISTS or BUNDLE_STORE_UNAVAILABLE; the staging stays until discarded
   */
  publish(draft: Omit<ManifestDraft, 'version'>, sections?: readonly CardSection[]): Promise<Manifest>;
  /** Removes what was staged. Does nothing after `publish` or another `discard`. */
  discard(): Promise<void>;
}

/** A bundle as a listing shows it: its manifest, or what is wrong with it. */
export type ListedBundle =
  | { readonly version: string; readonly manifest: Manifest; readonly broken?: undefined }
  | {
      readonly version: string;
      readonly manifest?: undefined;
      /** Why it cannot be opened. */
      readonly broken: string;
      /** When its files were put there, Unix epoch milliseconds. */
      readonly atMs: number;
    };

/** Where version bundles are kept: a folder (`DirectoryBundleStore`), or an object store later. */
export interface BundleStore {
  /**
   * Begins a bundle.
   *
   * @throws ThawError BUNDLE_EXISTS, BUNDLE_STORE_UNAVAILABLE
   */
  stage(version: string): Promise<StagedBundle>;
  /** All bundles, the oldest first. Checks the manifests and that the files are there with their sizes, not their sha256. */
  list(): Promise<ListedBundle[]>;
  /**
   * Checks every sha256 before anything but the manifest is parsed.
   *
   * @throws ThawError BUNDLE_NOT_FOUND, BUNDLE_INVALID, BUNDLE_VERSION or BUNDLE_STORE_UNAVAILABLE
   */
  open(version: string, options?: { readonly signal?: AbortSignal }): Promise<VerifiedBundle>;
  /** The bundle whose manifest `open` has just given in another thread, which spares this one the checks. */
  trusted(manifest: Manifest): VerifiedBundle;
  /**
   * The manifest of a bundle, without its files being looked at.
   *
   * @throws ThawError as `open` does
   */
  manifest(version: string): Promise<Manifest>;
  /**
   * One small file of a bundle, its sha256 checked, and no other file touched. Undefined where the bundle has none of
   * that name.
   *
   * @throws ThawError as `open` does; BUNDLE_INVALID where it has more than `maxBytes`
   */
  readFile(version: string, name: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Removes a bundle, broken or not; whether there was one. */
  remove(version: string): Promise<boolean>;
  /** Removes what the policy does not keep. @returns the versions that were removed, the oldest first */
  prune(policy: PrunePolicy): Promise<string[]>;
  /** The name after all that are here or that `known` names (those on the topic `versions`, whose bundles may be gone). */
  nextVersion(known?: Iterable<string>): Promise<string>;
}
