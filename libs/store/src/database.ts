import binding, { type Handle, type OpenOptions } from '@nxtedition/rocksdb/binding.js';
import type { Row, RowRange } from '@thaw/graph';
import type { FamilyName } from './settings.js';

/** One row to write or, with `value: null`, to delete, in a table or in the store's own family. */
export interface Write {
  readonly table: FamilyName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** A page ends after this many rows or bytes, whichever comes first: small enough to leave the thread responsive. */
const PAGE_ROWS = 1000;
const PAGE_BYTES = 4 << 20;

/** Raised instead of calling into freed memory. */
export class DatabaseClosedError extends Error {
  override readonly name = 'DatabaseClosedError';
}

/** Rows of one table as they were when the scan was made; commits made since are not in it. */
export interface Scan {
  /** The next rows in the order of their keys; empty at the end. @throws DatabaseClosedError */
  next(): readonly Row[];
  /** Lets go of the snapshot. May be called twice. */
  close(): void;
}

const NOTHING: Scan = { next: () => [], close: () => undefined };

/**
 * An open RocksDB folder: synchronous reads and writes, errors as RocksDB reports them, and a guard against the use of
 * what is closed (which the native half answers by crashing).
 */
export class Database {
  readonly #handle: Handle<'database'>;
  readonly #columns: ReadonlyMap<string, { readonly column: Handle<'column'> }>;
  /** One for all writes: its memory is outside the heap, where the garbage collector does not see it grow. */
  readonly #batch = binding.batch_init();
  readonly #scans = new Set<Scan>();
  #open = true;

  private constructor(handle: Handle<'database'>, columns: Record<string, Handle<'column'>>) {
    this.#handle = handle;
    // Kept as the options object that every native call wants, so that a put allocates nothing here.
    this.#columns = new Map(Object.entries(columns).map(([name, column]) => [name, { column }]));
  }

  /** @throws Error as RocksDB words it; see `failures.ts`. */
  static open(folder: string, options: OpenOptions): Promise<Database> {
    const handle = binding.db_init(folder);
    return new Promise((resolve, reject) => {
      binding.db_open(handle, options, (error, columns) => {
        if (error) reject(error);
        else resolve(new Database(handle, columns));
      });
    });
  }

  get(table: FamilyName, key: Uint8Array): Uint8Array | undefined {
    this.#check();
    return binding.db_get_many_sync(this.#handle, [key], this.#column(table))[0];
  }

  /** Writes all or none, in the log and on the disk before it returns. */
  write(writes: readonly Write[]): void {
    this.#check();
    try {
      for (const { table, key, value } of writes) {
        if (value === null) binding.batch_del(this.#batch, key, this.#column(table));
        else binding.batch_put(this.#batch, key, value, this.#column(table));
      }
      binding.batch_write(this.#handle, this.#batch, { sync: true });
    } finally {
      binding.batch_clear(this.#batch);
    }
  }

  scan(table: FamilyName, { from, to }: RowRange = {}): Scan {
    this.#check();
    if (from !== undefined && to !== undefined && Buffer.compare(from, to) >= 0) return NOTHING;
    const iterator = binding.iterator_init(this.#handle, {
      ...this.#column(table),
      ...(from && { gte: from }),
      ...(to && { lt: to }),
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
      highWaterMarkBytes: PAGE_BYTES,
    });
    let open = true;
    let finished = false;
    const scan: Scan = {
      next: () => {
        if (!open) throw new DatabaseClosedError('The scan was closed.');
        if (finished) return [];
        const page = binding.iterator_nextv_sync(iterator, PAGE_ROWS);
        finished = page.finished;
        return toRows(page.rows);
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#scans.delete(scan);
        binding.iterator_close(iterator);
      },
    };
    this.#scans.add(scan);
    return scan;
  }

  /** Errors that RocksDB met outside of any call (flush, compaction) since the folder was opened. */
  backgroundErrors(): number {
    this.#check();
    return Number(binding.db_get_property(this.#handle, 'rocksdb.background-errors'));
  }

  /** Ends open scans too. @throws Error where RocksDB could not close cleanly; it is closed and unlocked even so. */
  close(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    for (const scan of this.#scans) scan.close();
    this.#open = false;
    return new Promise((resolve, reject) => {
      binding.db_close(this.#handle, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #check(): void {
    if (!this.#open) throw new DatabaseClosedError('The database was closed.');
  }

  #column(table: FamilyName): { readonly column: Handle<'column'> } {
    const column = this.#columns.get(table);
    // Without this check an unknown table would quietly write to RocksDB's default family.
    if (!column) throw new TypeError(`There is no table "${table}".`);
    return column;
  }
}

/** From key, value, key, value … */
function toRows(flat: readonly Uint8Array[]): Row[] {
  const rows = new Array<Row>(flat.length / 2);
  for (let i = 0; i < rows.length; i += 1) rows[i] = { key: flat[2 * i]!, value: flat[2 * i + 1]! };
  return rows;
}
