import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import kafkajs from 'kafkajs';
import lz4 from 'lz4-napi';
import snappy from 'snappy';

/** snappy-java's stream framing: magic, two version numbers, then blocks that each carry their length. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

const unsnappyBlock = async (block: Buffer): Promise<Buffer> => Buffer.from(await snappy.uncompress(block));

async function unsnappy(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unsnappyBlock(bytes);
  const blocks: Promise<Buffer>[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    blocks.push(unsnappyBlock(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(await Promise.all(blocks));
}

/** Native from Node 22.15 on; before that in JavaScript, which is slower but reads every frame. */
const zstdDecompress: ((bytes: Buffer) => Promise<Buffer>) | undefined =
  'zstdDecompress' in zlib
    ? promisify(zlib.zstdDecompress as (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => void)
    : undefined;

const readOnly = (decompress: (bytes: Buffer) => Promise<Buffer>) => () => ({
  compress: () => Promise.reject(new Error('Thaw reads compressed records but writes none.')),
  decompress,
});

/** Makes records that other clients compressed readable; gzip is built in. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = readOnly(unsnappy);
  CompressionCodecs[CompressionTypes.LZ4] = readOnly((bytes) => lz4.decompressFrame(bytes));
  CompressionCodecs[CompressionTypes.ZSTD] = readOnly(
    zstdDecompress ?? ((bytes) => Promise.resolve(Buffer.from(unzstd(bytes)))),
  );
}
