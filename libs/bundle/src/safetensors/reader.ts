import type { ByteSource } from '../files.js';
import { invalid, tooLarge } from '../invalid.js';
import { elementsOf, headerLength, LENGTH_BYTES, parseHeader, quoted, type TensorInfo } from './header.js';

/** Bytes per read: enough to be fast, and little enough that what is done with them holds up no query. */
const PIECE = 1 << 20;

/** Memory of at least so many bytes. */
export type MemoryOf = (bytes: number) => ArrayBufferLike;

/**
 * Reads a safetensors file that may be of anybody's making. Data go straight into the array that is returned, so a
 * tensor takes its own size in memory and no more. Data are little-endian, as are the machines that Thaw runs on.
 */
export class SafetensorsReader {
  private constructor(
    private readonly source: ByteSource,
    readonly tensors: ReadonlyMap<string, TensorInfo>,
    /** What the file says of itself, `__metadata__`. */
    readonly metadata: ReadonlyMap<string, string>,
    private readonly dataStart: number,
  ) {}

  /**
   * Reads the header and checks all of it. The reader closes the source, also when this throws.
   *
   * @throws ThawError BUNDLE_INVALID, BUNDLE_STORE_UNAVAILABLE
   */
  static async open(source: ByteSource): Promise<SafetensorsReader> {
    try {
      if (source.size < LENGTH_BYTES) throw invalid(source.name, 'it is too short for a safetensors file');
      const first = new Uint8Array(LENGTH_BYTES);
      await source.read(first, 0);
      const header = new Uint8Array(headerLength(first, source.size, source.name));
      await source.read(header, LENGTH_BYTES);
      const dataStart = LENGTH_BYTES + header.length;
      const { tensors, metadata } = parseHeader(header, source.size - dataStart, source.name);
      return new SafetensorsReader(source, tensors, metadata, dataStart);
    } catch (thrown) {
      await source.close();
      throw thrown;
    }
  }

  /**
   * @param check is shown the elements part by part, as they come in
   * @param memory gives so many bytes or more, to read them into; `ArrayBuffer` where absent
   * @throws ThawError BUNDLE_INVALID (no such tensor, or not F32), BUNDLE_STORE_UNAVAILABLE, BUNDLE_MEMORY
   */
  async readFloat32(
    name: string,
    check?: (part: Float32Array) => void,
    memory: MemoryOf = (bytes) => new ArrayBuffer(bytes),
  ): Promise<Float32Array> {
    const { begin, end, shape } = this.expect(name, 'F32');
    const array = this.allocate(name, end - begin, () => new Float32Array(memory(end - begin), 0, elementsOf(shape)));
    await this.fill(array, begin, (at, bytes) => check?.(new Float32Array(array.buffer, at, bytes / 4)));
    return array;
  }

  /** Shows the elements of an F32 tensor part by part, in memory that is used again. @throws as `readFloat32` does */
  async scanFloat32(name: string, check: (part: Float32Array) => void): Promise<void> {
    const { begin, end } = this.expect(name, 'F32');
    const part = new Float32Array(Math.min(PIECE, end - begin) / 4);
    for (let at = begin; at < end; at += PIECE) {
      const bytes = Math.min(PIECE, end - at);
      await this.source.read(new Uint8Array(part.buffer, 0, bytes), this.dataStart + at);
      check(part.subarray(0, bytes / 4));
    }
  }

  /** @throws ThawError BUNDLE_INVALID (no such tensor, or not U32), BUNDLE_STORE_UNAVAILABLE, BUNDLE_MEMORY */
  async readUint32(name: string): Promise<Uint32Array> {
    const { begin, end, shape } = this.expect(name, 'U32');
    const array = this.allocate(name, end - begin, () => new Uint32Array(elementsOf(shape)));
    await this.fill(array, begin);
    return array;
  }

  /** The shape of a tensor that must be there. @throws ThawError BUNDLE_INVALID */
  shapeOf(name: string, dtype: TensorInfo['dtype']): readonly number[] {
    return this.expect(name, dtype).shape;
  }

  async close(): Promise<void> {
    await this.source.close();
  }

  private expect(name: string, dtype: TensorInfo['dtype']): TensorInfo {
    const tensor = this.tensors.get(name);
    if (!tensor) throw invalid(this.source.name, `it has no tensor ${quoted(name)}`);
    if (tensor.dtype !== dtype) {
      throw invalid(this.source.name, `the tensor ${quoted(name)} is ${tensor.dtype} where ${dtype} was due`);
    }
    return tensor;
  }

  private allocate<T>(name: string, bytes: number, make: () => T): T {
    try {
      return make();
    } catch (cause) {
      throw tooLarge(`the tensor ${quoted(name)} of ${this.source.name}`, bytes, cause);
    }
  }

  /** @param begin where the tensor begins, from the end of the header */
  private async fill(
    { buffer, byteLength }: Float32Array | Uint32Array,
    begin: number,
    onPart?: (at: number, bytes: number) => void,
  ): Promise<void> {
    for (let at = 0; at < byteLength; at += PIECE) {
      const bytes = Math.min(PIECE, byteLength - at);
      await this.source.read(new Uint8Array(buffer, at, bytes), this.dataStart + begin + at);
      onPart?.(at, bytes);
    }
  }
}
