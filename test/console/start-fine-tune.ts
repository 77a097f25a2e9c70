import { credentials } from '@grpc/grpc-js';
import { operator } from '@thaw/contracts';

/** Commands a fine-tune of a trainer at `host:port`. @returns the id of the run */
export async function startFineTune(trainer: string): Promise<string> {
  const client = new operator.OperatorServiceClient(trainer, credentials.createInsecure());
  const request = { commandId: 'fine-tune-of-the-visit', kind: operator.RunKind.FINE_TUNE, reason: 'a visit' };
  try {
    return await new Promise((resolve, reject) => {
      client.startRun(request, (error, answer) => (error === null ? resolve(answer.runId) : reject(error)));
    });
  } finally {
    client.close();
  }
}
