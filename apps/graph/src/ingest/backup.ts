import { graph } from '@thaw/contracts';
import type { StoreScan, TablePage } from '@thaw/store';

/** Bytes of keys and values in a message, but for the last row: the largest row is of the same size. */
const MESSAGE_BYTES = 1 << 20;

/** The encoded messages of a backup: its header, all rows, and the trailer. Closes the scan, also when left early. */
export function* backupMessages(header: graph.BackupHeader, scan: StoreScan): Generator<Uint8Array> {
  let rows = 0;
  try {
    yield encode({ $case: 'header', value: header });
    for (let page = scan.next(); page !== undefined; page = scan.next()) {
      for (const part of parts(page)) {
        rows += part.keys.length;
        yield encode({ $case: 'rows', value: part });
      }
    }
    yield encode({ $case: 'trailer', value: { rows } });
  } finally {
    scan.close();
  }
}

function* parts({ table, rows }: TablePage): Generator<graph.BackupRows> {
  let part: graph.BackupRows = { table, keys: [], values: [] };
  let size = 0;
  for (const { key, value } of rows) {
    part.keys.push(Buffer.from(key.buffer, key.byteOffset, key.byteLength));
    part.values.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    size += key.byteLength + value.byteLength;
    if (size < MESSAGE_BYTES) continue;
    yield part;
    part = { table, keys: [], values: [] };
    size = 0;
  }
  if (part.keys.length > 0) yield part;
}

const encode = (part: graph.BackUpResponse['part']): Uint8Array => graph.BackUpResponse.encode({ part }).finish();
