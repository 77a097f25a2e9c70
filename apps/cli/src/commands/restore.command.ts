import { join, resolve } from 'node:path';
import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { checkFiles, isEmptyOrAbsent } from '../backup/files.js';
import { readManifest } from '../backup/manifest.js';
import { checkFits, holdStore, restoreBackup } from '../backup/restore-backup.js';
import { ConfigSource } from '../session/config-source.js';
import { clusterIdOf } from '../session/kafka.js';
import { confirm } from '../terminal/confirm.js';
import { count } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { openProgress } from '../terminal/progress.js';
import { quietLogger } from './quiet-logger.js';

interface RestoreCommandOptions {
  readonly bundles?: boolean;
  readonly yes?: boolean;
}

@Command({
  name: 'restore',
  arguments: '<folder>',
  argsDescription: { folder: 'a backup' },
  description: 'Put a backup in the place of the state of a graph that is stopped.',
})
export class RestoreCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([name = '']: string[], options: RestoreCommandOptions = {}): Promise<void> {
    const loaded = this.source.load();
    const { config } = loaded;
    const folder = resolve(name);
    const target = join(config.paths.dataDir, 'graph');
    const manifest = await readManifest(folder);
    const clusterId = await clusterIdOf(config, quietLogger(loaded, this.output));
    checkFits(folder, manifest, { topicPrefix: config.kafka.topicPrefix, clusterId });
    const isEmpty = await isEmptyOrAbsent(target);
    const held = isEmpty ? undefined : await holdStore(target);
    const progress = openProgress({
      unit: 'rows',
      total: manifest.rows,
      startedAt: 0,
      note: (line) => this.output.note(line),
    });
    try {
      await checkFiles(folder, manifest);
      if (!isEmpty) {
        const what = `the state in ${target} by change ${count(manifest.sequence)} of ${folder}`;
        await confirm(`This replaces ${what}`, options.yes === true);
      }
      const bundleDir = options.bundles === true ? config.paths.bundleDir : undefined;
      const onRows = (rows: number): void => progress.update(rows);
      const release = async (): Promise<void> => await held?.release();
      const bundles = await restoreBackup({ folder, manifest, target, bundleDir, release, onRows });
      const { sequence, rows } = manifest;
      this.output.result({ folder, target, sequence, rows, bundles }, () => {
        const versions = bundles.length === 0 ? '' : ` Bundles restored: ${bundles.join(', ')}.`;
        return `Restored ${count(rows)} rows to ${target}: apps/graph goes on from change ${count(sequence)}.${versions}`;
      });
    } finally {
      progress.close();
      await held?.release();
    }
  }

  @Option({ flags: '--bundles', description: 'restore the version bundles too that THAW_BUNDLE_DIR lacks' })
  bundles(): boolean {
    return true;
  }

  @Option({ flags: '--yes', description: 'replace a state that is there without asking' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Run it where the data directory of apps/graph is (THAW_DATA_DIR), with apps/graph stopped. Every
file is checked before anything is replaced. The graph then reads on from the offsets of the
backup, and ends as one that was never stopped: \`thaw verify\` compares, though the changes
alone, on their topic, have a gap from then on.

Examples:
  $ thaw restore /backups/thaw-2026-01-31
  $ THAW_DATA_DIR=/var/lib/thaw thaw restore /backups/whole --bundles --yes`;
  }
}
