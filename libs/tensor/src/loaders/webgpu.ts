import type { TensorBackend, TensorNamespace } from '../backend.js';
import { BackendMissing } from '../backend.js';
import { requireOptional } from '../native-modules.js';

const HOW_TO_GET = 'npm run tf:native -- --webgpu';
/** Rasterisers that run on the CPU and call themselves an adapter. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<{ readonly info: AdapterInfo } | null>;
}
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

/** WebGPU through Dawn, on a real adapter only. */
export async function loadWebgpu(): Promise<TensorBackend> {
  const dawn = requireOptional('webgpu', HOW_TO_GET) as Dawn;
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new BackendMissing('there is no WebGPU adapter');
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = [vendor, architecture, device, description].filter((part) => part !== '').join(' ');
  if (isFallbackAdapter === true || SOFTWARE.test(name)) {
    throw new BackendMissing(`the only WebGPU adapter is software (${name})`);
  }
  // The backend looks for a browser's globals when it is loaded.
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  const tf = requireOptional('@tensorflow/tfjs-core', HOW_TO_GET) as TensorNamespace;
  requireOptional('@tensorflow/tfjs-backend-webgpu', HOW_TO_GET);
  if (!(await tf.setBackend('webgpu'))) throw new BackendMissing(`WebGPU does not start on ${name}`);
  await tf.ready();
  return { name: 'webgpu', device: name, isGpu: true, version: tf.version_core, tf };
}
