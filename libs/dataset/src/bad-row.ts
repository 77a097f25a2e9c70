import { ThawError } from '@thaw/contracts';

/** A row that cannot be used, and where it stands. */
export interface BadRow {
  readonly file: string;
  /** 1-based line in the unpacked file; the header is line 1. A row over several lines is named by its last. */
  readonly line: number;
  readonly reason: string;
}

export interface ReadOptions {
  /** Called for every row that cannot be used; the row is left out. Without it the first such row is thrown. */
  readonly onBadRow?: (row: BadRow) => void;
  readonly signal?: AbortSignal;
}

/** Hands a bad row to the caller, or throws it as DATASET_INVALID. */
export function reportBadRow(row: BadRow, options: ReadOptions): void {
  if (options.onBadRow !== undefined) {
    options.onBadRow(row);
    return;
  }
  throw new ThawError(
    'DATASET_INVALID',
    `${row.file}, line ${row.line}: ${row.reason}. Correct the row, or read on past bad rows by counting them.`,
    { details: { ...row } },
  );
}
