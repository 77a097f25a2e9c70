import { ThawError } from '@thaw/contracts';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { diskFailure } from '../disk-failure.js';
import {
  DTYPE_BYTES,
  elementsOf,
  encodeHeader,
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  parseHeader,
  quoted,
  type TensorInfo,
} from './header.js';

/** Bytes that are written at once, unless the caller gives more at once. */
const PIECE = 1 << 20;

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
 * Writes a safetensors file, streaming: beside the caller's arrays it takes a fixed amount of memory. A file that could
 * not be finished is removed.
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
    const collected = new Collected(file, path);
    await collected.write(header);
    for (const tensor of tensors) await writeTensor(collected, path, tensor, options.signal);
    await collected.flush();
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
  parseHeader(header.subarray(LENGTH_BYTES), end, path); // a shape may be none
  return header;
}

async function writeTensor(
  file: Collected,
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
    await file.write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  if (written === due) return;
  const most = written > due ? 'more' : String(written);
  throw wrong(path, `the tensor ${quoted(name)} got ${most} elements where its shape has ${due}`);
}

/** Collects small parts, rows for example, to pieces that are worth a call of the system. */
class Collected {
  private readonly piece = new Uint8Array(PIECE);
  private held = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  /** The bytes may be used again once this is done. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.held + bytes.length > PIECE) await this.flush();
    if (bytes.length > PIECE) return this.writeOut(bytes);
    this.piece.set(bytes, this.held);
    this.held += bytes.length;
  }

  async flush(): Promise<void> {
    const held = this.piece.subarray(0, this.held);
    this.held = 0;
    await this.writeOut(held);
  }

  /** All of it: one call of the system takes 2 GiB at most, and may take less. */
  private async writeOut(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += (await this.file.write(bytes, at, Math.min(bytes.length - at, 1 << 30))).bytesWritten;
      }
    } catch (thrown) {
      throw diskFailure(`write ${this.path}`, thrown);
    }
  }
}

const wrong = (path: string, why: string): ThawError =>
  new ThawError('BUNDLE_INVALID', `${path} is not written: ${why}. The caller gave data that do not fit together.`, {
    details: { path },
  });
