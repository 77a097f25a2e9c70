import type { Database } from '../database.js';

/** What a migration may do to the folder: each write is atomic and synced. */
export type MigrationTarget = Pick<Database, 'get' | 'scan' | 'write'>;

/**
 * Rewrites the rows of format `from` as those of `from + 1`. It may be stopped between two writes and is then run again
 * from its start: what it has rewritten it must recognise or rewrite to the same.
 */
export interface Migration {
  readonly from: number;
  migrate(target: MigrationTarget): void;
}
