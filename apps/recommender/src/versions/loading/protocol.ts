import type { BundleVectors, Manifest } from '@thaw/bundle';
import type { ErrorCode } from '@thaw/contracts';
import type { ExactResult } from '@thaw/index';

/** What the thread is started with. */
export interface CheckRequest {
  /** The folder of the bundles. */
  readonly root: string;
  readonly version: string;
  /** To read its vectors into, as far as it is of the right size. */
  readonly memory: readonly SharedArrayBuffer[];
  /** Calls answered ever, shared, `[1]`. */
  readonly calls: Int32Array;
}

/** A version whose files are what its manifest says, and whose index leads nowhere beyond its memory. */
export interface CheckedVersion {
  readonly manifest: Manifest;
  readonly vectors: BundleVectors;
  /** What the vectors lie in. */
  readonly memory: readonly SharedArrayBuffer[];
  /** Canaries, and what exact search finds for them: the index that is loaded has to find it too. */
  readonly canaries: ExactResult;
}

export type FromCheck =
  | { readonly kind: 'checked'; readonly checked: CheckedVersion }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };
