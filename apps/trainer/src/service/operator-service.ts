import type { handleUnaryCall, Metadata } from '@grpc/grpc-js';
import { operator, ThawError } from '@thaw/contracts';
import { type BearerTokens, toServiceError } from '@thaw/platform';
import type { RunKind } from '../run/job.js';
import type { Run } from '../run/run.js';
import type { RunDesk } from '../run/run-desk.js';
import type { VersionLedger } from '../versions/version-ledger.js';
import { PAUSE_COMMAND } from './audit.js';
import type { CommandLog } from './command-log.js';

export const operatorServiceDefinition = operator.OperatorServiceService;

export interface Operated {
  readonly desk: RunDesk;
  readonly ledger: VersionLedger;
  readonly commands: CommandLog;
  readonly tokens: BearerTokens;
  /** Fine-tunes that come by themselves. */
  readonly pauses: { paused: boolean };
  /** Told of the version that a command has served. */
  readonly onServed: (version: operator.Version) => void;
}

const DEFAULT_VERSIONS = 20;
const MAX_VERSIONS = 1000;
const MAX_REASON_CHARS = 1000;

/** The operator service over what it operates. */
export function operatorService(operated: Operated): operator.OperatorServiceServer {
  const { desk, ledger, commands, tokens, pauses, onServed } = operated;
  const unary = unaryFor(tokens);
  const serve = async (served: Promise<operator.Version>): Promise<{ version: operator.Version }> => {
    const version = await served;
    onServed(version);
    return { version };
  };
  const command = <Request extends { commandId: string }, Answer>(
    name: string,
    work: (request: Request) => Promise<Answer> | Answer,
  ) =>
    unary<Request, Answer>(async (request) => {
      const { commandId, ...rest } = request;
      return await commands.once({ commandId, command: name, request: rest }, async () => await work(request));
    });
  return {
    startRun: command('StartRun', ({ kind, reason }) => ({ runId: desk.start(kindOf(kind), reasonOf(reason)).runId })),
    cancelRun: command('CancelRun', ({ runId }) => {
      const run = desk.find(runId);
      run.cancelled.abort();
      return { state: run.isOver ? run.state : operator.RunState.CANCELLED };
    }),
    watchRun: (call) => {
      try {
        check(tokens, call.metadata);
        watch(runOf(desk, call.request.runId), call);
      } catch (error) {
        call.emit('error', toServiceError(error));
      }
    },
    setFineTunesPaused: command(PAUSE_COMMAND, ({ paused }) => {
      pauses.paused = paused;
      return { paused };
    }),
    listVersions: unary(({ limit }) => ({ versions: ledger.list(Math.min(limit || DEFAULT_VERSIONS, MAX_VERSIONS)) })),
    activateVersion: command(
      'ActivateVersion',
      async ({ version, promoteReason }) => await serve(ledger.activate(version, promoteReason)),
    ),
    rollback: command('Rollback', async () => await serve(ledger.rollback())),
    releasePin: command('ReleasePin', async () => await serve(ledger.release())),
  };
}

const unaryFor =
  (tokens: BearerTokens) =>
  <Request, Answer>(work: (request: Request) => Promise<Answer> | Answer): handleUnaryCall<Request, Answer> =>
  (call, callback) => {
    Promise.resolve()
      .then(() => {
        check(tokens, call.metadata);
        return work(call.request);
      })
      .then(
        (answer) => callback(null, answer),
        (error: unknown) => callback(toServiceError(error)),
      );
  };

/** @throws ThawError AUTHENTICATION */
function check(tokens: BearerTokens, metadata: Metadata): void {
  tokens.check(metadata.get('authorization')[0]?.toString());
}

function kindOf(kind: operator.RunKind): RunKind {
  if (kind === operator.RunKind.FULL) return 'full';
  if (kind === operator.RunKind.FINE_TUNE) return 'fine-tune';
  throw new ThawError('REQUEST_INVALID', 'A run is RUN_KIND_FULL or RUN_KIND_FINE_TUNE: say which.');
}

const reasonOf = (reason: string): string => (reason === '' ? 'asked for' : reason.slice(0, MAX_REASON_CHARS));

/** The run of an id; of none, the one that is under way, or the newest. */
function runOf(desk: RunDesk, runId: string): Run {
  const run = runId === '' ? (desk.current ?? desk.newest()) : desk.find(runId);
  if (run !== undefined) return run;
  throw new ThawError('RUN_UNKNOWN', 'There has been no run since the trainer started.');
}

type WatchCall = Parameters<operator.OperatorServiceServer['watchRun']>[0];

/** Sends how the run stands now, then every change that the reader is quick enough for, and ends with the run. */
function watch(run: Run, call: WatchCall): void {
  let isBusy = false;
  const tell = (): void => {
    if (isBusy && !run.isOver) return;
    isBusy = !call.write({
      runId: run.runId,
      state: run.state,
      stage: run.stage,
      progress: run.progress,
      etaSeconds: run.etaSeconds(Date.now()),
      message: run.message,
    });
    if (!run.isOver) return;
    stop();
    call.end();
  };
  const stop = run.watch(tell);
  call.on('drain', () => (isBusy = false));
  call.on('cancelled', stop);
  tell();
}
