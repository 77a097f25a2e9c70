import { ThawError } from '@thaw/contracts';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { diskFailure } from '../disk-failure.js';
import { DTYPE_BYTES, elementsOf, encodeHeader, MAX_HEADER_BYTES, quoted, type TensorInfo } from './header.js';

/** The array, or its parts one after the other as they come to be: the writer holds none of them. */
type Data<T> = T | Iterable<T> | AsyncIterable<T>;

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A tensor to write, row-major. */
export type TensorToWrite =
  | (Named & { readonly dtype: 'F32'; readonly data: Data<Float32Array> })
  | (Named & { readonly dtype: 'U32'; readonly data: Data<Uint32Array> });

export interface WriteOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Writes a safetensors file, streaming: beside the caller's arrays it takes no memory that grows. A file that could not be
 * finished is removed.
 *
 * @throws ThawError BUNDLE_INVALID where the data are not as long as their shape, BUNDLE_STORE_UNAVAILABLE; what the
 *   data's iterator or the signal throws
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteOptions = {},
): Promise<void> {
  const header = headerOf(path, tensors, options.metadata ?? {});
  const file = await open(path, 'wx').catch((thrown: unknown) => {
    throw diskFailure(`write ${path}`, thrown);
  });
  try {
    await write(file, path, header);
    for (const tensor of tensors) await writeTensor(file, path, tensor, options.signal);
    await file.close();
  } catch (thrown) {
    await file.close();
    await rm(path, { force: true });
    throw thrown;
  }
}

function headerOf(path: string, tensors: readonly TensorToWrite[], metadata: Record<string, string>): Uint8Array {
  const infos = new Map<string, TensorInfo>();
  let end = 0;
  for (const { name, dtype, shape } of tensors) {
    if (infos.has(name) || name === '__metadata__' || name === '__proto__') {
      throw wrong(path, `${quoted(name)} is there twice, or is no name for a tensor`);
    }
    const begin = end;
    end += elementsOf(shape) * DTYPE_BYTES[dtype];
    infos.set(name, { dtype, shape, begin, end });
  }
  if (!Number.isSafeInteger(end)) throw wrong(path, 'the shapes are of more bytes than can be counted');
  const header = encodeHeader({ tensors: infos, metadata: new Map(Object.entries(metadata)) });
  if (header.length > MAX_HEADER_BYTES) throw wrong(path, `its header is longer than ${MAX_HEADER_BYTES} bytes`);
  return header;
}

async function writeTensor(
  file: FileHandle,
  path: string,
  { name, shape, data }: TensorToWrite,
  signal: AbortSignal | undefined,
): Promise<void> {
  const due = elementsOf(shape);
  let written = 0;
  for await (const part of ArrayBuffer.isView(data) ? [data] : data) {
    signal?.throwIfAborted();
    written += part.length;
    if (written > due) break;
    await write(file, path, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  if (written === due) return;
  const most = written > due ? 'more' : String(written);
  throw wrong(path, `the tensor ${quoted(name)} got ${most} elements where its shape has ${due}`);
}

/** Writes all of it: one call of the system takes 2 GiB at most. */
async function write(file: FileHandle, path: string, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;)
      at += (await file.write(bytes, at, Math.min(bytes.length - at, 1 << 30))).bytesWritten;
  } catch (thrown) {
    throw diskFailure(`write ${path}`, thrown);
  }
}

const wrong = (path: string, why: string): ThawError =>
  new ThawError('BUNDLE_INVALID', `${path} is not written: ${why}. The caller gave data that do not fit together.`, {
    details: { path },
  });
