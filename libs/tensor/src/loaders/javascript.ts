import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { TensorBackend, TensorNamespace } from '../backend.js';
import { BackendMissing } from '../backend.js';

/** WebAssembly with SIMD on one thread. Always installed. */
export async function loadWasm(): Promise<TensorBackend> {
  const tf: TensorNamespace = await import('@tensorflow/tfjs-core');
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(main), '/'));
  await use(tf, 'wasm');
  return { name: 'wasm', device: 'WebAssembly on the CPU', isGpu: false, version: tf.version_core, tf };
}

/** Plain JavaScript: works everywhere, slowly. Always installed. */
export async function loadCpu(): Promise<TensorBackend> {
  const tf: TensorNamespace = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  await use(tf, 'cpu');
  (tf.backend() as { firstUse?: boolean }).firstUse = false; // else it greets on stderr and advises another package
  return { name: 'cpu', device: 'JavaScript on the CPU', isGpu: false, version: tf.version_core, tf };
}

async function use(tf: TensorNamespace, name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new BackendMissing(`the backend ${name} does not start`);
  await tf.ready();
}
