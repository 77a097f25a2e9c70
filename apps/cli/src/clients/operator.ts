import { operator } from '@thaw/contracts';
import type { ClientSecurity } from '@thaw/platform';
import { call, type ServiceOf } from './connection.js';

/** The operator service of apps/trainer. Calls throw what {@link call} throws. */
export class OperatorClient {
  private readonly service: ServiceOf;
  private readonly client: operator.OperatorServiceClient;

  constructor(address: string, { credentials, options }: ClientSecurity) {
    this.service = { app: 'trainer', address, option: '--trainer' };
    this.client = new operator.OperatorServiceClient(address, credentials, options);
  }

  /** The newest first. */
  async versions(limit: number, timeoutMs?: number): Promise<readonly operator.Version[]> {
    const { client } = this;
    return (await call(this.service, client, client.listVersions.bind(client), { limit }, timeoutMs)).versions;
  }

  close(): void {
    this.client.close();
  }
}
