import { operator, ThawError } from '@thaw/contracts';
import { toServiceError } from '@thaw/platform';
import type { RunKind } from '../run/job.js';
import type { Run } from '../run/run.js';
import type { RunDesk } from '../run/run-desk.js';
import type { Pause } from '../trainer.js';
import type { VersionLedger } from '../versions/version-ledger.js';
import { type CallParts, checkCall, type Command, commanding, reading } from './calls.js';
import { PAUSE_COMMAND } from './pause.js';
import { runMessage, watchMessage } from './run-messages.js';

export const operatorServiceDefinition = operator.OperatorServiceService;

export interface Operated extends CallParts {
  readonly desk: RunDesk;
  readonly ledger: VersionLedger;
  /** Whoever pauses and resumes the runs that come by themselves. */
  readonly trainer: { pause: Pause | undefined };
  /** Told of the version that a command has served. */
  readonly onServed: (version: operator.Version) => void;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const MAX_REASON_CHARS = 1000;

/** The operator service over what it operates. */
export function operatorService(operated: Operated): operator.OperatorServiceServer {
  const { desk, ledger, trainer } = operated;
  const { served, serving } = servingOf(operated);
  const command = <Request extends { commandId: string; reason: string }, Answer>(
    options: Omit<Command<Request, Answer>, 'reason'> & Partial<Pick<Command<Request, Answer>, 'reason'>>,
  ) => commanding(operated, { reason: ({ reason }) => reason, ...options });
  return {
    startRun: command({
      rpc: 'StartRun',
      asked: ({ kind }) => ({ kind: operator.RunKind[kind] }),
      state: () => ({ run: desk.current?.runId ?? null, waiting: desk.waiting }),
      work: ({ kind, reason }, { name }) => ({ runId: desk.start(kindOf(kind), reasonOf(reason), name).runId }),
    }),
    cancelRun: command({
      rpc: 'CancelRun',
      state: ({ runId }) => ({ state: stateOf(desk.known(runId)) }),
      work: async ({ runId }) => ({ state: await desk.cancel(runId) }),
    }),
    watchRun: (call) => {
      try {
        checkCall(operated.tokens, call.metadata, 'viewer', 'WatchRun');
        watch(runOf(desk, call.request.runId), call);
      } catch (error) {
        call.emit('error', toServiceError(error));
      }
    },
    listRuns: reading(operated, 'ListRuns', ({ limit }) => ({
      runs: desk.list(limitOf(limit)).map((run) => runMessage(run, Date.now())),
    })),
    getTrainingStatus: reading(operated, 'GetTrainingStatus', () => trainingStatus(operated)),
    setFineTunesPaused: command({
      rpc: PAUSE_COMMAND,
      state: () => ({ paused: trainer.pause !== undefined }),
      work: ({ paused, reason }, { name }) => {
        trainer.pause = paused ? { by: name, because: reason.slice(0, MAX_REASON_CHARS), atMs: Date.now() } : undefined;
        return { paused };
      },
    }),
    listVersions: reading(operated, 'ListVersions', ({ limit }) => ({ versions: ledger.list(limitOf(limit)) })),
    activateVersion: command({
      rpc: 'ActivateVersion',
      role: ({ version }) => (ledger.isRejected(version) ? 'admin' : 'operator'),
      reason: ({ promoteReason, reason }) => promoteReason || reason,
      state: serving,
      work: async ({ version, promoteReason }) => await served(ledger.activate(version, promoteReason)),
    }),
    rollback: command({ rpc: 'Rollback', state: serving, work: async () => await served(ledger.rollback()) }),
    releasePin: command({ rpc: 'ReleasePin', state: serving, work: async () => await served(ledger.release()) }),
  };
}

function servingOf({ ledger, onServed }: Operated) {
  return {
    /** What a command has decided to serve. */
    served: async (deciding: Promise<operator.Version>): Promise<{ version: operator.Version }> => {
      const version = await deciding;
      onServed(version);
      return { version };
    },
    /** What is served, for the audit. */
    serving: () => ({ serving: ledger.serving?.version ?? null, pinned: ledger.serving?.pinned ?? false }),
  };
}

function trainingStatus({ desk, ledger, trainer: { pause } }: Operated): operator.GetTrainingStatusResponse {
  return {
    paused: pause !== undefined,
    pausedBy: pause?.by ?? '',
    pausedBecause: pause?.because ?? '',
    pausedAtMs: pause?.atMs ?? 0,
    run: desk.current && runMessage(desk.current, Date.now()),
    queuedRuns: desk.waiting,
    serving: ledger.serving,
  };
}

const stateOf = (run: Run | undefined): string | null => (run === undefined ? null : operator.RunState[run.state]);

const limitOf = (limit: number): number => Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT);

function kindOf(kind: operator.RunKind): RunKind {
  if (kind === operator.RunKind.FULL) return 'full';
  if (kind === operator.RunKind.FINE_TUNE) return 'fine-tune';
  throw new ThawError('REQUEST_INVALID', 'A run is RUN_KIND_FULL or RUN_KIND_FINE_TUNE: say which.');
}

const reasonOf = (reason: string): string => (reason === '' ? 'asked for' : reason.slice(0, MAX_REASON_CHARS));

/** The run of an id; of none, the one that is under way, or the newest. */
function runOf(desk: RunDesk, runId: string): Run {
  const run = runId === '' ? (desk.current ?? desk.list(1)[0]) : desk.find(runId);
  if (run !== undefined) return run;
  throw new ThawError('RUN_UNKNOWN', 'There has been no run yet.');
}

type WatchCall = Parameters<operator.OperatorServiceServer['watchRun']>[0];

/** Sends how the run stands now, then every change that the reader is quick enough for, and ends with the run. */
function watch(run: Run, call: WatchCall): void {
  let isBusy = false;
  const tell = (): void => {
    if (isBusy && !run.isOver) return;
    isBusy = !call.write(watchMessage(run, Date.now()));
    if (!run.isOver) return;
    stop();
    call.end();
  };
  const stop = run.watch(tell);
  call.on('drain', () => (isBusy = false));
  call.on('cancelled', stop);
  tell();
}
