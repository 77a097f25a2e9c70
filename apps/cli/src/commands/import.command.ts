import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Inject } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import { type BadRow, readStats } from '@thaw/dataset';
import { createLogger } from '@thaw/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { EXIT } from '../exit-codes.js';
import { Checkpoint } from '../feed/checkpoint.js';
import { EventWriter } from '../feed/event-writer.js';
import { type ImportReport, runImport } from '../feed/import.js';
import { ConfigSource } from '../session/config-source.js';
import { interruptible } from '../session/interrupt.js';
import { ensureTopics, openKafka } from '../session/kafka.js';
import { count, duration } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { openProgress } from '../terminal/progress.js';

interface ImportOptions {
  readonly skipBad?: boolean;
  readonly again?: boolean;
}

/** Bad rows are all counted; only the first ones are shown. */
const MAX_BAD_ROWS_SHOWN = 20;

interface ImportResult extends ImportReport {
  readonly folder: string;
  readonly badRows: number;
  readonly badRowsShown: readonly BadRow[];
  readonly seconds: number;
  readonly eventsPerSecond: number;
}

@Command({
  name: 'import',
  arguments: '<folder>',
  argsDescription: { folder: 'a folder with products.csv, listings.csv and interactions.csv, plain or .gz' },
  description: 'Put a data set onto the topics, as it would have arrived: in time order.',
})
export class ImportCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([folder]: string[], options: ImportOptions = {}): Promise<void> {
    const path = requireFolder(folder!);
    const { value, interruptedExitCode } = await interruptible((signal) => this.import(path, options, signal));
    this.output.result({ ...value }, () => summary(value));
    if (interruptedExitCode !== undefined) process.exitCode = interruptedExitCode;
    else if (value.badRows > 0 && options.skipBad !== true) process.exitCode = EXIT.failure;
  }

  @Option({ flags: '--skip-bad', description: 'exit with 0 even if rows could not be used' })
  skipBad(): boolean {
    return true;
  }

  @Option({ flags: '--again', description: 'from the first event, even if this import has been done before' })
  again(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
The folder holds, with a header row each:
  products.csv      product_id, category_id, title, description
  listings.csv      seller_id, product_id, timestamp           sorted by timestamp
  interactions.csv  customer_id, product_id, type, timestamp   sorted by timestamp
Timestamps are ISO 8601 (UTC where no zone is given) or numbers that give an order.

An import that was cut off goes on where it stopped; sending an event twice changes nothing.
Rows that cannot be used are shown with file and line, counted and left out.

Examples:
  $ thaw import ../shared/data/giftware
  $ thaw import ./export --skip-bad --output json`;
  }

  private async import(folder: string, options: ImportOptions, signal: AbortSignal): Promise<ImportResult> {
    const { config, secrets } = this.source.load();
    const level = this.output.isVerbose ? 'debug' : 'warn';
    const logger = createLogger({ ...config.log, level, secrets, fd: 2 });
    const session = await openKafka({ config, logger, signal, onProgress: (what) => this.output.note(what) });
    try {
      const { topicPrefix } = config.kafka;
      await ensureTopics(session.kafka, topicPrefix);
      const identity = { folder, topicPrefix, clusterId: session.clusterId };
      const checkpoint = await Checkpoint.ofImport(config.paths.dataDir, identity);
      if (options.again === true) checkpoint.write({ acknowledged: 0, complete: false });
      const { acknowledged: startedAt } = checkpoint.read();
      if (startedAt > 0) this.output.note(`${count(startedAt)} events are there already; going on from there.`);
      const sink = await session.kafka.sink();
      const progress = openProgress({
        unit: 'events',
        total: expectedEvents(folder),
        startedAt,
        note: (line) => this.output.note(line),
      });
      const badRows = new BadRows((line) => this.output.note(line));
      const startMs = performance.now();
      try {
        const report = await runImport({
          folder,
          writer: new EventWriter(sink, topicPrefix),
          sink,
          checkpoint,
          signal,
          onBadRow: (row) => badRows.add(row),
          onProgress: (done) => progress.update(done),
        });
        const seconds = (performance.now() - startMs) / 1000;
        const eventsPerSecond = Math.round(report.sent / seconds);
        return { folder, ...report, badRows: badRows.count, badRowsShown: badRows.shown, seconds, eventsPerSecond };
      } finally {
        progress.close();
        await sink.close();
      }
    } finally {
      await session.close();
    }
  }
}

class BadRows {
  count = 0;
  readonly shown: BadRow[] = [];

  constructor(private readonly note: (line: string) => void) {}

  add(row: BadRow): void {
    this.count++;
    if (this.shown.length >= MAX_BAD_ROWS_SHOWN) return;
    this.shown.push(row);
    this.note(`${row.file}, line ${row.line}: ${row.reason}`);
  }
}

function requireFolder(folder: string): string {
  const path = resolve(folder);
  if (existsSync(path) && statSync(path).isDirectory()) return path;
  throw new ThawError('DATASET_NOT_FOUND', `There is no folder ${path}. Give a folder with a data set in CSV.`, {
    details: { folder: path },
  });
}

/** The number of events by the data set's own counts; undefined where it has none. */
function expectedEvents(folder: string): number | undefined {
  const { products, listings_train: listings, interactions_train: interactions } = readStats(folder).counts;
  if (products === undefined || listings === undefined || interactions === undefined) return undefined;
  return products + listings + interactions;
}

function summary({ sent, skipped, complete, badRows, seconds, eventsPerSecond }: ImportResult): string {
  const rate = sent > 0 ? ` in ${duration(seconds * 1000)} (${count(eventsPerSecond)}/s)` : '';
  const before = skipped > 0 ? `, ${count(skipped)} were there already` : '';
  const bad = badRows > 0 ? `, ${count(badRows)} rows could not be used` : '';
  const end = complete ? '' : '\nStopped before the end: the same command goes on from here.';
  return `${count(sent)} events acknowledged${rate}${before}${bad}.${end}`;
}
