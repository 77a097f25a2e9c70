import { openTensorBackend, type TensorBackendName, type TensorNamespace } from '@thaw/tensor';

/** A tensor backend that is opened when the first trained model asks for it. */
export function tensorTools(
  forced: TensorBackendName | undefined,
  note: (line: string) => void,
): { tensors(): Promise<TensorNamespace> } {
  let opened: Promise<TensorNamespace> | undefined;
  const open = async (): Promise<TensorNamespace> => {
    const backend = await openTensorBackend(forced === undefined ? {} : { forced });
    note(`tensor backend: ${backend.name} (${backend.device})`);
    return backend.tf;
  };
  return { tensors: () => (opened ??= open()) };
}
