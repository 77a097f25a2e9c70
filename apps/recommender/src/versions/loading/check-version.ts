import { Worker } from 'node:worker_threads';
import { ThawError } from '@thaw/contracts';
import type { CheckedVersion, CheckRequest, FromCheck } from './protocol.js';

/**
 * Checks a version and reads its vectors in a thread of its own, which takes as long as it takes.
 *
 * @throws ThawError what the bundle store and the index throw; INTERNAL where the thread ends without a word; the
 *   signal's reason
 */
export async function checkVersion(request: CheckRequest, signal: AbortSignal): Promise<CheckedVersion> {
  signal.throwIfAborted();
  // Threads run from dist/, also under test.
  const thread = new URL('../../../dist/versions/loading/check-worker.js', import.meta.url);
  const worker = new Worker(thread, { workerData: request });
  let onAbort = (): void => undefined;
  try {
    return await new Promise<CheckedVersion>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort);
      worker.on('message', (message: FromCheck) => {
        if (message.kind === 'checked') resolve(message.checked);
        else reject(new ThawError(message.code, message.message, { details: message.details }));
      });
      worker.on('error', (cause) => {
        reject(new ThawError('INTERNAL', `the check of ${request.version} failed: ${String(cause)}`, { cause }));
      });
      worker.on('exit', (code) => {
        reject(new ThawError('INTERNAL', `the thread that checks ${request.version} ended with code ${code}`));
      });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}
