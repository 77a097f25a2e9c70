import { operator } from '@thaw/contracts';
import type { ClientSecurity } from '@thaw/platform';
import { call, failureOf, type ServiceOf } from './connection.js';

/** What every command that changes something carries. */
export interface Commanded {
  readonly commandId: string;
  readonly reason: string;
}

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

  /** The newest first. */
  async runs(limit: number): Promise<readonly operator.Run[]> {
    const { client } = this;
    return (await call(this.service, client, client.listRuns.bind(client), { limit })).runs;
  }

  status(): Promise<operator.GetTrainingStatusResponse> {
    const { client } = this;
    return call(this.service, client, client.getTrainingStatus.bind(client), {});
  }

  /** @returns the id of the run */
  async startRun(kind: operator.RunKind, { commandId, reason }: Commanded): Promise<string> {
    const { client } = this;
    return (await call(this.service, client, client.startRun.bind(client), { commandId, kind, reason })).runId;
  }

  /** All that is said of a run, until it has ended or the signal says so. Throws APP_UNREACHABLE when it is cut off. */
  async *watch(runId: string, signal: AbortSignal): AsyncGenerator<operator.WatchRunResponse, void, void> {
    const stream = this.client.watchRun({ runId });
    const cancel = (): void => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (!signal.aborted) yield* stream as AsyncIterable<operator.WatchRunResponse>;
    } catch (error) {
      if (!signal.aborted) throw failureOf(this.service, error);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.on('error', () => undefined); // the cancelled call says so once more
      stream.cancel();
    }
  }

  async cancel(runId: string, { commandId, reason }: Commanded): Promise<operator.RunState> {
    const { client } = this;
    return (await call(this.service, client, client.cancelRun.bind(client), { commandId, runId, reason })).state;
  }

  async setPaused(paused: boolean, { commandId, reason }: Commanded): Promise<boolean> {
    const { client } = this;
    const request = { commandId, paused, reason };
    return (await call(this.service, client, client.setFineTunesPaused.bind(client), request)).paused;
  }

  async activate(version: string, { commandId, reason }: Commanded): Promise<operator.Version> {
    return await this.activated({ commandId, version, reason, promoteReason: '' });
  }

  /** Serves a version that the gate rejected. */
  async promote(version: string, { commandId, reason }: Commanded): Promise<operator.Version> {
    return await this.activated({ commandId, version, reason: '', promoteReason: reason });
  }

  async rollback(command: Commanded): Promise<operator.Version> {
    const { client } = this;
    return versionOf(await call(this.service, client, client.rollback.bind(client), { ...command }));
  }

  async release(command: Commanded): Promise<operator.Version> {
    const { client } = this;
    return versionOf(await call(this.service, client, client.releasePin.bind(client), { ...command }));
  }

  close(): void {
    this.client.close();
  }

  private async activated(request: operator.ActivateVersionRequest): Promise<operator.Version> {
    const { client } = this;
    return versionOf(await call(this.service, client, client.activateVersion.bind(client), request));
  }
}

const versionOf = ({ version }: { readonly version?: operator.Version | undefined }): operator.Version =>
  version ?? operator.Version.fromPartial({});
