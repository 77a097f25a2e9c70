import { ThawError } from '@thaw/contracts';
import { TENSOR_BACKENDS, type MissingBackend, type TensorBackend, type TensorBackendName } from './backend.js';
import { loadCpu, loadWasm } from './loaders/javascript.js';
import { loadTfjsNode, loadTfjsNodeGpu } from './loaders/tfjs-node.js';
import { loadWebgpu } from './loaders/webgpu.js';

/** One way to get each backend. */
export type BackendLoaders = Readonly<Record<TensorBackendName, () => TensorBackend | Promise<TensorBackend>>>;

const LOADERS: BackendLoaders = {
  'tfjs-node-gpu': loadTfjsNodeGpu,
  'tfjs-node': loadTfjsNode,
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

export interface OpenOptions {
  /** Only this one: no other takes its place. */
  readonly forced?: TensorBackendName;
  /** Told of each backend that was wanted more and is missing, and why. */
  readonly onMissing?: (missing: MissingBackend) => void;
  readonly loaders?: BackendLoaders;
}

/**
 * Loads the most wanted backend that works here. A process uses one: backends share their namespace's global state.
 * @throws ThawError TENSOR_BACKEND_UNAVAILABLE when the forced one does not work
 */
export async function openTensorBackend(options: OpenOptions = {}): Promise<TensorBackend> {
  const { forced, onMissing, loaders = LOADERS } = options;
  const missing: MissingBackend[] = [];
  for (const name of forced === undefined ? TENSOR_BACKENDS : [forced]) {
    try {
      return await loaders[name]();
    } catch (error) {
      const reason = firstLine(error);
      missing.push({ name, reason });
      onMissing?.({ name, reason });
    }
  }
  const reasons = missing.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  const message =
    forced === undefined
      ? `no tensor backend works here (${reasons}): run npm ci again`
      : `the tensor backend cannot be used (${reasons}): get it, or unset THAW_TENSOR_BACKEND`;
  throw new ThawError('TENSOR_BACKEND_UNAVAILABLE', message, {
    details: { missing },
  });
}

/** A native module that does not load says so over several lines, with its paths. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.slice(0, 200);
}
