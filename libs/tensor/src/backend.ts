import type * as core from '@tensorflow/tfjs-core';
import type { FusedKernels } from './fused-kernels.js';

/** The namespace of TensorFlow.js, and operations that the backend has beyond it. */
export type TensorNamespace = typeof core & { readonly kernels?: FusedKernels };

/** Every backend, the most wanted first. */
export const TENSOR_BACKENDS = ['tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu'] as const;
export type TensorBackendName = (typeof TENSOR_BACKENDS)[number];

/** A backend that is loaded and computes. */
export interface TensorBackend {
  readonly name: TensorBackendName;
  /** What it computes on, for people: `CUDA GPU`, `TensorFlow on the CPU`, an adapter's name. */
  readonly device: string;
  readonly isGpu: boolean;
  /** Of TensorFlow.js. */
  readonly version: string;
  /** Hand this to what computes; nobody imports another. */
  readonly tf: TensorNamespace;
}

/** A backend that cannot be used here, and why, in a few words. */
export interface MissingBackend {
  readonly name: TensorBackendName;
  readonly reason: string;
}

/** Thrown by a loader: the backend is not here. The message says why and how to get it. */
export class BackendMissing extends Error {
  override readonly name = 'BackendMissing';
}
