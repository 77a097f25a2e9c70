import { describe, expect, test } from '@jest/globals';
import { BackendMissing, type MissingBackend, type TensorBackendName } from './backend.js';
import { openTensorBackend, type BackendLoaders } from './open.js';

const missing = (name: string) => () => {
  throw new BackendMissing(`${name} is not installed`);
};
const loadersWith = (there: TensorBackendName[]): BackendLoaders => {
  const load = (name: TensorBackendName) =>
    there.includes(name)
      ? () => ({ name, device: 'a test', isGpu: false, version: '0', tf: undefined as never })
      : missing(name);
  return {
    'tfjs-node-gpu': load('tfjs-node-gpu'),
    'tfjs-node': load('tfjs-node'),
    webgpu: load('webgpu'),
    wasm: load('wasm'),
    cpu: load('cpu'),
  };
};

describe('the tensor backend', () => {
  test('is the most wanted of those that load, and each missing one before it is told of once', async () => {
    const told: MissingBackend[] = [];
    const backend = await openTensorBackend({
      loaders: loadersWith(['webgpu', 'wasm', 'cpu']),
      onMissing: (one) => told.push(one),
    });
    expect(backend.name).toBe('webgpu');
    expect(told).toEqual([
      { name: 'tfjs-node-gpu', reason: 'tfjs-node-gpu is not installed' },
      { name: 'tfjs-node', reason: 'tfjs-node is not installed' },
    ]);
  });

  test('that is forced is not replaced by another', async () => {
    const opening = openTensorBackend({ forced: 'webgpu', loaders: loadersWith(['wasm', 'cpu']) });
    await expect(opening).rejects.toMatchObject({ code: 'TENSOR_BACKEND_UNAVAILABLE' });
    await expect(opening).rejects.toThrow('webgpu: webgpu is not installed');
  });

  test.each(['wasm', 'cpu'] as const)('%s is always there and computes', async (forced) => {
    const { tf, name } = await openTensorBackend({ forced });
    expect(name).toBe(forced);
    expect(tf.getBackend()).toBe(forced);
    const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
    expect([...(await product.data())]).toEqual([11]);
  });
});
