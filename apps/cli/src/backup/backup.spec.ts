import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FORMAT } from '@thaw/store';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchFolder } from '../testing/thaw.js';
import { checkFiles } from './files.js';
import { BACKUP_FORMAT, type BackupManifest, readManifest } from './manifest.js';
import { checkFits } from './restore-backup.js';
import { readRows, RowsWriter } from './rows-files.js';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let manifest: BackupManifest;

const row = (size: number, fill: number): Buffer => Buffer.alloc(size, fill);

beforeAll(async () => {
  scratch = await scratchFolder();
  const writer = new RowsWriter(scratch.path);
  // Two files: the first is closed when it has its 64 MiB.
  for (let i = 0; i < 33; i++) {
    await writer.write({ table: 'customers', keys: [row(4, i)], values: [row(2 << 20, i)] });
  }
  await writer.write({ table: 'meta', keys: [row(1, 1), row(1, 2)], values: [row(0, 0), row(3, 7)] });
  await writer.finish();
  manifest = {
    kind: 'thaw-graph-backup',
    format: BACKUP_FORMAT,
    createdAtMs: 1,
    storeFormat: FORMAT,
    sequence: 5,
    offsets: [{ topic: 'shop.products', partition: 0, nextOffset: 3 }],
    settings: null,
    topicPrefix: 'shop.',
    counter: 'embedded',
    clusterId: 'one',
    rows: writer.rows,
    files: writer.files,
    bundles: [],
  };
});

afterAll(async () => await scratch.remove());

const write = async (changes: object): Promise<void> =>
  await writeFile(join(scratch.path, 'manifest.json'), JSON.stringify({ ...manifest, ...changes }));

test('rows are read as they were written, over several files', async () => {
  expect(manifest.files.map(({ name }) => name)).toEqual(['rows-00001.bin', 'rows-00002.bin']);
  const tables: string[] = [];
  const hash = createHash('sha256');
  let rows = 0;
  for await (const page of readRows(scratch.path, manifest.files)) {
    tables.push(page.table);
    for (const { key, value } of page.rows) hash.update(key).update(value);
    rows += page.rows.length;
  }
  expect(rows).toBe(35);
  expect(new Set(tables)).toEqual(new Set(['customers', 'meta']));
  const expected = createHash('sha256');
  for (let i = 0; i < 33; i++) expected.update(row(4, i)).update(row(2 << 20, i));
  expected.update(row(1, 1)).update(row(1, 2)).update(row(3, 7));
  expect(hash.digest('hex')).toBe(expected.digest('hex'));
  await checkFiles(scratch.path, manifest);
});

test('a bit that flipped, a file that was cut and one that is gone are found', async () => {
  const file = join(scratch.path, 'rows-00002.bin');
  const whole = await readFile(file);
  const flipped = Buffer.from(whole);
  flipped[9]! ^= 4;
  await writeFile(file, flipped);
  await expect(checkFiles(scratch.path, manifest)).rejects.toThrow('rows-00002.bin is damaged');
  await writeFile(file, whole.subarray(0, -1));
  await expect(checkFiles(scratch.path, manifest)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  await writeFile(file, whole);
  const missing = { ...manifest, files: [{ ...manifest.files[0]!, name: 'rows-00009.bin' }] };
  await expect(checkFiles(scratch.path, missing)).rejects.toThrow('rows-00009.bin cannot be read');
});

test('a manifest is read, or refused with the reason', async () => {
  await write({});
  expect(await readManifest(scratch.path)).toEqual(manifest);
  await write({ format: BACKUP_FORMAT + 1, anything: 'new' });
  await expect(readManifest(scratch.path)).rejects.toMatchObject({ code: 'BACKUP_VERSION' });
  await write({ storeFormat: FORMAT + 1 });
  await expect(readManifest(scratch.path)).rejects.toMatchObject({ code: 'BACKUP_VERSION' });
  for (const name of ['../graph/CURRENT', 'bundles/v000001/../../x', '/etc/passwd', 'bundles/v000001/..']) {
    await write({ files: [{ ...manifest.files[0]!, name }] });
    await expect(readManifest(scratch.path)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  }
  await writeFile(join(scratch.path, 'manifest.json'), '{');
  await expect(readManifest(scratch.path)).rejects.toThrow('no JSON');
  await expect(readManifest(join(scratch.path, 'nowhere'))).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
});

test('a backup of other topics or of another cluster does not fit', () => {
  const here = { topicPrefix: 'shop.', clusterId: 'one' };
  checkFits('b', manifest, here);
  checkFits('b', manifest, { ...here, clusterId: null });
  expect(() => checkFits('b', manifest, { ...here, topicPrefix: '' })).toThrow('THAW_TOPIC_PREFIX');
  expect(() => checkFits('b', manifest, { ...here, clusterId: 'two' })).toThrow('the Kafka cluster one');
});
