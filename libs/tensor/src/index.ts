export {
  TENSOR_BACKENDS,
  type MissingBackend,
  type TensorBackend,
  type TensorBackendName,
  type TensorNamespace,
} from './backend.js';
export * from './open.js';
