/**
 * The native half of `@nxtedition/rocksdb` 12.2, as its `binding.cc` exports it.
 *
 * The package's JavaScript half is an abstract-level: per put it builds and encodes an options object, its asynchronous
 * reads lose the status of a corrupt block, and a failed close leaves it "open" over freed memory. None of it is
 * needed here. The native half checks neither arguments nor lifetimes (a call on a closed handle ends the process):
 * only `database.ts` may touch it, and the version is pinned.
 */
declare module '@nxtedition/rocksdb/binding.js' {
  /** A pointer in an opaque box. Boxes of different kinds must not be mixed up, so each has its brand. */
  export interface Handle<Kind extends string> {
    readonly __kind: Kind;
  }

  export interface ColumnOptions {
    /** The memtable holds a quarter of this, with up to six of them; needs `compaction`. Bytes. */
    memtableMemoryBudget?: number;
    compaction?: 'level' | 'universal';
    /** zstd with a dictionary, or none; with 'level' the levels from 2 on are zstd in any case. */
    compression?: boolean;
    /** Bytes of the family's own block cache. */
    cacheSize?: number;
  }

  export interface OpenOptions {
    createIfMissing?: boolean;
    parallelism?: number;
    /** zstd on every record of the write-ahead log. */
    walCompression?: boolean;
    columns: Record<string, ColumnOptions>;
  }

  export interface IteratorOptions {
    column: Handle<'column'>;
    gte?: Uint8Array;
    lt?: Uint8Array;
    keyEncoding: 'buffer';
    valueEncoding: 'buffer';
    highWaterMarkBytes?: number;
  }

  export interface Binding {
    db_init(folder: string): Handle<'database'>;
    db_open(
      db: Handle<'database'>,
      options: OpenOptions,
      callback: (error: Error | null, columns: Record<string, Handle<'column'>>) => void,
    ): void;
    db_close(db: Handle<'database'>, callback: (error: Error | null) => void): void;
    db_get_many_sync(
      db: Handle<'database'>,
      keys: readonly Uint8Array[],
      options: { column: Handle<'column'> },
    ): (Uint8Array | undefined)[];
    db_get_property(db: Handle<'database'>, name: string): string;
    batch_init(): Handle<'batch'>;
    batch_put(batch: Handle<'batch'>, key: Uint8Array, value: Uint8Array, options: { column: Handle<'column'> }): void;
    batch_del(batch: Handle<'batch'>, key: Uint8Array, options: { column: Handle<'column'> }): void;
    batch_write(db: Handle<'database'>, batch: Handle<'batch'>, options: { sync: boolean }): void;
    batch_clear(batch: Handle<'batch'>): void;
    iterator_init(db: Handle<'database'>, options: IteratorOptions): Handle<'iterator'>;
    /** `rows` is key, value, key, value … */
    iterator_nextv_sync(iterator: Handle<'iterator'>, count: number): { rows: Uint8Array[]; finished: boolean };
    iterator_close(iterator: Handle<'iterator'>): void;
  }

  const binding: Binding;
  export default binding;
}
