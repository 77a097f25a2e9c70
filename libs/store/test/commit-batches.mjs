// Commits numbered batches over several tables and prints the number of each that was acknowledged, until it is killed.
import { RocksGraphStore } from '../dist/index.js';
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';

const [folder, first, customers] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const put = (table, key, value) => ({ table, key: u32(key), value });

const store = await RocksGraphStore.open({ folder });
for (let n = first; ; n += 1) {
  const stamp = Buffer.alloc(600, u32(n));
  await store.commit([
    put('meta', 0, u32(n)),
    put('outbox', n, u32(n)),
    put('listings', n, u32(n)),
    { table: 'outbox', key: u32((n - 10) >>> 0), value: null },
    ...Array.from({ length: customers }, (_, id) => put('customers', id, stamp)),
  ]);
  writeSync(1, `${n}\n`); // at once: what was acknowledged must not sit in a buffer when the kill comes
}
