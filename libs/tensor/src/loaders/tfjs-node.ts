import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TensorBackend, TensorNamespace } from '../backend.js';
import { BackendMissing } from '../backend.js';
import { openFusedKernels } from '../fused-kernels.js';
import { requireOptional } from '../native-modules.js';

/** tfjs-node's binding to TensorFlow, as far as it is used. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
}

/** Where a driver for CUDA shows: on Linux, and in Linux on Windows. */
const CUDA_DEVICES = ['/dev/nvidiactl', '/dev/dxg'];

/** The CUDA package where it found no GPU after all: it computes on the CPU, and its kernels can be registered once. */
let withoutGpu: TensorNamespace | undefined;

/** TensorFlow on the CPU. */
export function loadTfjsNode(): TensorBackend {
  const plain = withoutGpu ?? loadPackage('@tensorflow/tfjs-node', 'npm run tf:native');
  const kernels = withoutGpu === undefined ? openFusedKernels(plain) : undefined;
  const tf = kernels === undefined ? plain : { ...plain, kernels };
  const device = kernels === undefined ? 'TensorFlow on the CPU' : 'TensorFlow on the CPU, with fused kernels';
  return { name: 'tfjs-node', device, isGpu: false, version: tf.version_core, tf };
}

/** TensorFlow on a CUDA GPU. The package falls back to the CPU by itself where there is none: that is refused. */
export function loadTfjsNodeGpu(): TensorBackend {
  if (!CUDA_DEVICES.some((path) => existsSync(path))) throw new BackendMissing('there is no driver of an NVIDIA GPU');
  const tf = loadPackage('@tensorflow/tfjs-node-gpu', 'npm run tf:native -- --gpu');
  const backend = tf.backend() as unknown as NodeBackend;
  if (!backend.isUsingGpuDevice) {
    withoutGpu = tf;
    throw new BackendMissing('TensorFlow sees no CUDA GPU');
  }
  return { name: 'tfjs-node-gpu', device: 'TensorFlow on a CUDA GPU', isGpu: true, version: tf.version_core, tf };
}

function loadPackage(name: string, howToGet: string): TensorNamespace {
  // tfjs-node 4.22 calls it at every step; Node 23 removed it.
  const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // eslint-disable-next-line no-restricted-properties -- written for TensorFlow, which would greet on stderr
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  return requireOptional(name, howToGet) as TensorNamespace;
}
