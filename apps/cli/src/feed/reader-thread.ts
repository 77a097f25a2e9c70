import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { ThawError } from '@thaw/contracts';
import { type BadRow, type DatasetEvent, readEvents } from '@thaw/dataset';
import { READ_AHEAD, type ReaderInput, type ReaderMessage } from './folder-reader.js';
import { pack } from './packed-batch.js';

const BATCH_EVENTS = 4000;

const port = parentPort;
if (port === null) throw new ThawError('INTERNAL', 'the reader thread was started as a program');
const { folder, skip } = workerData as ReaderInput;

let credits = READ_AHEAD;
port.on('message', () => credits++);

async function send(message: ReaderMessage): Promise<void> {
  port?.postMessage(message, message.kind === 'batch' ? [message.batch.bytes, message.batch.table.buffer] : []);
  if (--credits <= 0 && port !== null) await once(port, 'message');
}

async function read(): Promise<void> {
  let badRows: BadRow[] = [];
  let batch: DatasetEvent[] = [];
  let left = skip;
  const flush = async (): Promise<void> => {
    await send({ kind: 'batch', batch: pack(batch), badRows });
    batch = [];
    badRows = [];
  };
  for await (const event of readEvents(folder, { onBadRow: (row) => badRows.push(row) })) {
    if (left > 0) left--;
    else if (batch.push(event) >= BATCH_EVENTS) await flush();
  }
  if (batch.length > 0) await flush();
  port?.postMessage({ kind: 'end', badRows } satisfies ReaderMessage);
}

try {
  await read();
} catch (thrown) {
  const { code, message, details } = ThawError.from(thrown);
  port.postMessage({ kind: 'error', code, message, details } satisfies ReaderMessage);
}
