import { TABLES, type GraphStore, type Mutation, type Row, type RowRange, type TableName } from '@thaw/graph';
import { closed } from './failures.js';

const PAGE_ROWS = 1000;

/** Latin-1 strings compare like the bytes that they stand for. */
type KeyText = string;
type Tables = ReadonlyMap<TableName, Map<KeyText, Uint8Array>>;

const textOf = (key: Uint8Array): KeyText => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');

const emptyTables = (): Tables => new Map(TABLES.map((table) => [table, new Map<KeyText, Uint8Array>()]));

/** What was committed up to a moment. */
export interface MemorySnapshot {
  readonly tables: Tables;
}

/** The port in memory, for tests: what a kill -9 leaves behind is a `snapshot`, what follows a `restore`. */
export class MemoryGraphStore implements GraphStore {
  #tables: Tables;
  #nextFailures: Error[] = [];
  #open = true;

  private constructor(tables: Tables) {
    this.#tables = tables;
  }

  static create(): MemoryGraphStore {
    return new MemoryGraphStore(emptyTables());
  }

  /** A store that holds what `snapshot` saw, as a process that starts after a crash finds it. */
  static restore(snapshot: MemorySnapshot): MemoryGraphStore {
    return new MemoryGraphStore(copyOf(snapshot.tables));
  }

  snapshot(): MemorySnapshot {
    return { tables: copyOf(this.#tables) };
  }

  /** The next commit that no earlier call has claimed rejects with `error` and writes nothing. */
  failNextCommit(error: Error): void {
    this.#nextFailures.push(error);
  }

  async get(table: TableName, key: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#ready();
    const value = this.#table(table).get(textOf(key));
    return value && new Uint8Array(value); // not slice(): a Buffer's shares its bytes
  }

  async *pages(table: TableName, range: RowRange = {}): AsyncGenerator<readonly Row[]> {
    await this.#ready();
    const from = range.from && textOf(range.from);
    const to = range.to && textOf(range.to);
    const rows = [...this.#table(table)]
      .filter(([key]) => (from === undefined || key >= from) && (to === undefined || key < to))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    for (let start = 0; start < rows.length; start += PAGE_ROWS) {
      await this.#ready();
      yield rows
        .slice(start, start + PAGE_ROWS)
        .map(([key, value]) => ({ key: Buffer.from(key, 'latin1'), value: new Uint8Array(value) }));
    }
  }

  async commit(mutations: readonly Mutation[]): Promise<void> {
    await this.#ready();
    const failure = this.#nextFailures.shift();
    if (failure) throw failure;
    const targets = mutations.map(({ table }) => this.#table(table));
    mutations.forEach(({ key, value }, i) => {
      if (value === null) targets[i]!.delete(textOf(key));
      else targets[i]!.set(textOf(key), new Uint8Array(value));
    });
  }

  async sizeBytes(): Promise<number> {
    await this.#ready();
    let bytes = 0;
    for (const rows of this.#tables.values()) for (const [key, value] of rows) bytes += key.length + value.length;
    return bytes;
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.#open = false;
  }

  /** Asynchronous, so that a caller who forgets to await fails here as it would on a disk. */
  async #ready(): Promise<void> {
    await Promise.resolve();
    if (!this.#open) throw closed('memory');
  }

  #table(table: TableName): Map<KeyText, Uint8Array> {
    const rows = this.#tables.get(table);
    if (!rows) throw new TypeError(`There is no table "${table}".`);
    return rows;
  }
}

/** The values are never changed in place, so that a copy of the maps is enough. */
const copyOf = (tables: Tables): Tables => new Map([...tables].map(([table, rows]) => [table, new Map(rows)]));
