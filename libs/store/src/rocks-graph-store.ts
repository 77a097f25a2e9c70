import type { ThawError } from '@thaw/contracts';
import type { GraphStore, Mutation, Row, RowRange, TableName } from '@thaw/graph';
import { setImmediate } from 'node:timers/promises';
import { scanAll, type StoreScan, type TablePage, writeStore } from './checkpoint.js';
import { DatabaseClosedError, type Database } from './database.js';
import { closed, storeFailure } from './failures.js';
import { folderBytes, openFolder } from './folder.js';
import { settleFormat, type FormatOutcome } from './format.js';

/** What an operator wants to know, when it happens. */
export type StoreEvent =
  | ({ readonly kind: 'opened'; readonly folder: string } & FormatOutcome)
  /** A commit or a read failed; unless the code is STORE_CORRUPT the next commit tries again. */
  | { readonly kind: 'failed'; readonly folder: string; readonly error: ThawError }
  /** The first commit that succeeded after a failed one. */
  | { readonly kind: 'recovered'; readonly folder: string };

export interface StoreHealth {
  /** `failed`: the last commit could not be written; `corrupt`: for good, until a person acts. */
  readonly state: 'open' | 'failed' | 'corrupt' | 'closed';
  /** Errors that RocksDB met in the background (flush, compaction) since this object was opened. */
  readonly backgroundErrors: number;
  /** How often the database was reopened after a failure. */
  readonly recoveries: number;
  readonly lastError: ThawError | undefined;
}

export interface RocksGraphStoreOptions {
  /** Made where absent. It belongs to the store: nothing else may be in it. */
  readonly folder: string;
  readonly onEvent?: (event: StoreEvent) => void;
}

/**
 * The port on RocksDB: a column family a table, one synced write batch a commit.
 *
 * Reads and writes run on the calling thread, a commit until the disk has confirmed it: give it a thread of its own.
 */
export class RocksGraphStore implements GraphStore {
  readonly #folder: string;
  readonly #onEvent: (event: StoreEvent) => void;
  /** Undefined between a failure and the reopening, and after close. */
  #database: Database | undefined;
  #state: StoreHealth['state'] = 'open';
  #lastError: ThawError | undefined;
  #recoveries = 0;
  /** Of the databases before the current one. */
  #earlierBackgroundErrors = 0;
  /** Commits, and what must not overlap with one, run after one another in the order of the calls. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: RocksGraphStoreOptions, database: Database) {
    this.#folder = options.folder;
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#database = database;
  }

  /**
   * @throws ThawError STORE_LOCKED when another process holds the folder, STORE_VERSION when it is in a format that
   * this Thaw does not read, STORE_CORRUPT when its content cannot be trusted, STORE_UNAVAILABLE when the disk refuses.
   */
  static async open(options: RocksGraphStoreOptions): Promise<RocksGraphStore> {
    const { folder, onEvent } = options;
    const database = await openFolder(folder);
    let outcome: FormatOutcome;
    try {
      outcome = settleFormat(folder, database);
    } catch (thrown) {
      await database.close();
      throw storeFailure(folder, 'prepare', thrown);
    }
    onEvent?.({ kind: 'opened', folder, ...outcome });
    return new RocksGraphStore(options, database);
  }

  async get(table: TableName, key: Uint8Array): Promise<Uint8Array | undefined> {
    const database = await this.#readable();
    return this.#reading(() => database.get(table, key));
  }

  /** Shows the table as it was when the first page was asked for. Other work of the thread runs between two pages. */
  async *pages(table: TableName, range: RowRange = {}): AsyncGenerator<readonly Row[]> {
    const database = await this.#readable();
    const scan = this.#reading(() => database.scan(table, range));
    try {
      for (;;) {
        const page = this.#reading(() => scan.next());
        if (page.length === 0) return;
        yield page;
        await setImmediate();
      }
    } finally {
      scan.close();
    }
  }

  /**
   * As the port says, with one corner: where the disk took the log record but then failed to confirm it, the rejected
   * batch may be found after reopening, whole. Making the same call again is right in that case too.
   */
  commit(mutations: readonly Mutation[]): Promise<void> {
    return this.#inOrder(async () => {
      const database = await this.#writable();
      try {
        database.write(mutations);
      } catch (thrown) {
        throw this.#failed('write to', thrown);
      }
      if (this.#state !== 'failed') return;
      this.#state = 'open';
      this.#recoveries += 1;
      this.#onEvent({ kind: 'recovered', folder: this.#folder });
    });
  }

  async sizeBytes(): Promise<number> {
    if (this.#state === 'closed') throw closed(this.#folder);
    try {
      return await folderBytes(this.#folder);
    } catch (thrown) {
      throw this.#failed('measure', thrown);
    }
  }

  /**
   * Copies the store as it is now into another folder, which `open` then takes for an equal store. Commits go on
   * meanwhile and are not in the copy. A copy that was cut short is refused by `open` (STORE_VERSION).
   *
   * @param folder absent or empty
   * @throws ThawError CONFIG_INVALID when the folder is not empty; STORE_UNAVAILABLE, STORE_CORRUPT
   */
  async exportCheckpoint(folder: string): Promise<void> {
    const scan = await this.scan();
    try {
      await writeStore(folder, pagesOf(scan));
    } finally {
      scan.close();
    }
  }

  /**
   * All rows as they are now. Commits go on meanwhile and are not in it.
   *
   * @throws ThawError STORE_UNAVAILABLE, STORE_CORRUPT
   */
  async scan(): Promise<StoreScan> {
    const database = await this.#readable();
    return scanAll(database, (thrown) => this.#failed('read', thrown));
  }

  health(): StoreHealth {
    return {
      state: this.#state,
      backgroundErrors: this.#earlierBackgroundErrors + (this.#database?.backgroundErrors() ?? 0),
      recoveries: this.#recoveries,
      lastError: this.#lastError,
    };
  }

  /** Waits for the commits that were called before. May be called again. */
  close(): Promise<void> {
    return this.#inOrder(async () => {
      const failed = this.#state !== 'open';
      this.#state = 'closed';
      await this.#drop(failed);
    });
  }

  /** Runs `work` when everything that was called before has ended, well or badly. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.then(
      () => undefined,
      () => undefined, // the caller of that work has the error
    );
    return result;
  }

  /** A database to read from; after a failed write that may be the one that takes no more writes. */
  #readable(): Promise<Database> {
    if (this.#state === 'closed') return Promise.reject(closed(this.#folder));
    return this.#database
      ? Promise.resolve(this.#database)
      : this.#inOrder(async () => this.#database ?? (await this.#reopen('read')));
  }

  /** Only within `#inOrder`. */
  async #writable(): Promise<Database> {
    if (this.#state === 'closed') throw closed(this.#folder);
    if (this.#state === 'corrupt') throw this.#lastError!;
    return this.#database && this.#state === 'open' ? this.#database : this.#reopen('write to');
  }

  /** After a failed write RocksDB refuses all others until it is opened anew. Only within `#inOrder`. */
  async #reopen(doing: string): Promise<Database> {
    if (this.#state === 'closed') throw closed(this.#folder);
    await this.#drop(true);
    try {
      this.#database = await openFolder(this.#folder, doing);
    } catch (thrown) {
      throw this.#failed(doing, thrown);
    }
    return this.#database;
  }

  async #drop(failed: boolean): Promise<void> {
    const database = this.#database;
    if (!database) return;
    this.#earlierBackgroundErrors += database.backgroundErrors();
    this.#database = undefined;
    try {
      await database.close();
    } catch (thrown) {
      // Every acknowledged commit is on the disk already, so this loses nothing. After a failure RocksDB only repeats
      // it; any other time an operator should know.
      if (!failed) this.#failed('close', thrown);
    }
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (thrown) {
      throw this.#failed('read', thrown);
    }
  }

  /** Notes a failure and gives it its code. */
  #failed(doing: string, thrown: unknown): ThawError {
    if (thrown instanceof DatabaseClosedError && this.#state === 'closed') return closed(this.#folder);
    const error = storeFailure(this.#folder, doing, thrown);
    if (error.code !== 'STORE_CORRUPT' && error.code !== 'STORE_UNAVAILABLE') return error;
    this.#lastError = error;
    if (this.#state !== 'closed') {
      if (error.code === 'STORE_CORRUPT') this.#state = 'corrupt';
      else if (doing === 'write to') this.#state = 'failed';
    }
    this.#onEvent({ kind: 'failed', folder: this.#folder, error });
    return error;
  }
}

/** Other work of the thread runs between two pages. */
async function* pagesOf(scan: StoreScan): AsyncGenerator<TablePage> {
  for (let page = scan.next(); page !== undefined; page = scan.next()) {
    yield page;
    await setImmediate();
  }
}
