import type { TensorApi } from '@thaw/waml';

/** What trained models compute with. */
export interface NeuralTools {
  /** The tensor backend's namespace, opened when the first model asks. */
  tensors(): Promise<TensorApi>;
}
