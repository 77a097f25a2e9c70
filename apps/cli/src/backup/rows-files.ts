import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { graph } from '@thaw/contracts';
import type { TablePage } from '@thaw/store';
import { type BackupFile, invalidBackup } from './manifest.js';

/** A file is closed when it has so many bytes: small enough to be copied and checked one by one. */
const FILE_BYTES = 64 * 2 ** 20;
const LENGTH_BYTES = 4;
/** Of one message of rows: apps/graph sends some 2 MiB at most. */
const MOST_MESSAGE_BYTES = 16 * 2 ** 20;

/** Writes rows as `rows-00001.bin`, …: `BackupRows` messages, each behind its length in four bytes, big-endian. */
export class RowsWriter {
  readonly files: BackupFile[] = [];
  rows = 0;
  #handle: FileHandle | undefined;
  #hash = createHash('sha256');
  #bytes = 0;

  constructor(private readonly folder: string) {}

  async write(rows: graph.BackupRows): Promise<void> {
    const message = graph.BackupRows.encode(rows).finish();
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(message.length);
    this.#handle ??= await open(join(this.folder, this.#name), 'wx');
    for (const part of [length, message]) {
      await this.#handle.writeFile(part);
      this.#hash.update(part);
      this.#bytes += part.length;
    }
    this.rows += rows.keys.length;
    if (this.#bytes >= FILE_BYTES) await this.finish();
  }

  /** Makes what was written durable. */
  async finish(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    await handle.sync();
    await handle.close();
    this.files.push({ name: this.#name, bytes: this.#bytes, sha256: this.#hash.digest('hex') });
    this.#handle = undefined;
    this.#hash = createHash('sha256');
    this.#bytes = 0;
  }

  get #name(): string {
    return `rows-${String(this.files.length + 1).padStart(5, '0')}.bin`;
  }
}

/** The rows of the files, in order. @throws ThawError BACKUP_INVALID */
export async function* readRows(folder: string, files: readonly BackupFile[]): AsyncGenerator<TablePage> {
  for (const { name } of files) {
    if (!name.startsWith('rows-')) continue;
    for await (const message of messagesOf(folder, name)) {
      const { table, keys, values } = graph.BackupRows.decode(message);
      if (keys.length !== values.length)
        throw invalidBackup(folder, `${name} has ${keys.length} keys for ${values.length} rows`);
      yield { table, rows: keys.map((key, i) => ({ key, value: values[i]! })) };
    }
  }
}

async function* messagesOf(folder: string, name: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(join(folder, name), { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const length = rest.readUInt32BE();
      if (length > MOST_MESSAGE_BYTES) throw invalidBackup(folder, `${name} has a message of ${length} bytes`);
      if (rest.length < LENGTH_BYTES + length) break;
      yield rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
      rest = rest.subarray(LENGTH_BYTES + length);
    }
  }
  if (rest.length > 0) throw invalidBackup(folder, `${name} ends in the middle of a message`);
}
