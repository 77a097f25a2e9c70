import cliProgress from 'cli-progress';
import { count } from './format.js';

/** Shows how a long count goes: a bar on a terminal, otherwise a line every few seconds. */
export interface ProgressView {
  /** @param done of the total */
  update(done: number): void;
  close(): void;
}

const LINE_EVERY_MS = 5000;

export interface ProgressOptions {
  /** What is counted: `events`. */
  readonly unit: string;
  /** Undefined where it is not known. */
  readonly total: number | undefined;
  /** What was done before this run. */
  readonly startedAt: number;
  readonly note: (line: string) => void;
}

export function openProgress(options: ProgressOptions): ProgressView {
  const { total } = options;
  return process.stderr.isTTY && total !== undefined ? bar(options, total) : lines(options);
}

function bar({ unit, startedAt }: ProgressOptions, total: number): ProgressView {
  const view = new cliProgress.SingleBar({
    format: `{bar} {percentage}% · {value} of {total} ${unit} · {rate}/s · {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    etaBuffer: 50,
  });
  const rate = rateSince(startedAt);
  view.start(total, startedAt, { rate: '0' });
  return {
    update: (done) => view.update(Math.min(done, total), { rate: rate(done) }),
    close: () => view.stop(),
  };
}

function lines({ unit, total, startedAt, note }: ProgressOptions): ProgressView {
  const rate = rateSince(startedAt);
  let shownAtMs = performance.now();
  return {
    update: (done) => {
      if (performance.now() - shownAtMs < LINE_EVERY_MS) return;
      shownAtMs = performance.now();
      const of = total === undefined ? '' : ` of ${count(total)}`;
      note(`${count(done)}${of} ${unit}, ${rate(done)}/s`);
    },
    close: () => undefined,
  };
}

function rateSince(startedAt: number): (done: number) => string {
  const startMs = performance.now();
  return (done) => count(((done - startedAt) / Math.max(1, performance.now() - startMs)) * 1000);
}
