import { setTimeout as delay } from 'node:timers/promises';
import { operator, ThawError } from '@thaw/contracts';
import type { OperatorClient } from '../clients/operator.js';
import { LiveBlock, type Terminal } from '../terminal/live-block.js';
import { kindName, progressWords, shortId } from './run-table.js';

const { RunState } = operator;

export interface FollowOptions {
  readonly client: Pick<OperatorClient, 'watch'>;
  readonly runId: string;
  readonly kind: operator.RunKind;
  /** Ends the following, not the run. */
  readonly signal: AbortSignal;
  /** Whether nothing is shown, because a machine reads the result. */
  readonly isQuiet: boolean;
  /** One line for people, where there is no terminal to redraw. */
  readonly note: (line: string) => void;
  /** Default: standard error. */
  readonly terminal?: Terminal;
  /** How long a trainer that went away is waited for. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 120_000;
const ASK_AGAIN_MS = 500;
const BAR_CHARS = 24;

/**
 * Shows how a run goes until it has ended: one line that is redrawn on a terminal, elsewhere one for each stage. A trainer
 * that is started again goes on with the run, and so does this.
 *
 * @returns the last that was said
 * @throws ThawError APP_UNREACHABLE where the trainer stays away
 */
export async function follow(options: FollowOptions): Promise<operator.WatchRunResponse> {
  const { client, runId, signal, isQuiet, terminal = process.stderr, patienceMs = PATIENCE_MS } = options;
  const block = new LiveBlock(isQuiet ? { write: () => true } : terminal);
  let last = operator.WatchRunResponse.fromPartial({ runId });
  let heardAtMs = performance.now();
  let shown = '';
  const show = (now: operator.WatchRunResponse): void => {
    if (block.isLive) block.update([progressLine(options.kind, now)]);
    else if (!isQuiet && now.stage !== shown && now.state === RunState.RUNNING) {
      options.note(progressLine(options.kind, now));
      shown = now.stage;
    }
  };
  try {
    while (!signal.aborted) {
      try {
        for await (const now of client.watch(runId, signal)) {
          [last, heardAtMs] = [now, performance.now()];
          show(now);
        }
        if (isOver(last)) return last;
      } catch (thrown) {
        const error = ThawError.from(thrown);
        const isAway = error.retryable && performance.now() - heardAtMs < patienceMs;
        if (!isAway) throw error;
        if (block.isLive) block.update([`The trainer is away: waiting for it to go on with ${shortId(runId)}`]);
      }
      await delay(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined); // an abort ends the loop
    }
    return last;
  } finally {
    block.clear();
  }
}

const isOver = ({ state }: operator.WatchRunResponse): boolean => state > RunState.RUNNING;

/** `full 1f0c2a9b ██████░░░░ fit 43 %, 12.0 s left · fitting the channels`. */
function progressLine(kind: operator.RunKind, now: operator.WatchRunResponse): string {
  const name = `${kindName(kind)} ${shortId(now.runId)}`;
  if (now.state === RunState.QUEUED) return `${name} waits for the run under way`;
  const full = Math.round(now.progress * BAR_CHARS);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_CHARS - full)}`;
  return `${name} ${bar} ${progressWords(now)}${now.message === '' ? '' : ` · ${now.message}`}`;
}
