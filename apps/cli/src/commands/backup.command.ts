import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { takeBackup } from '../backup/take-backup.js';
import { openServices } from '../clients/services.js';
import { ConfigSource } from '../session/config-source.js';
import { clusterIdOf } from '../session/kafka.js';
import { bytes, count } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { openProgress } from '../terminal/progress.js';
import { ADDRESS_HELP } from './options.js';
import { quietLogger } from './quiet-logger.js';

interface BackupCommandOptions {
  readonly bundles?: boolean;
  readonly graph?: string;
}

@Command({
  name: 'backup',
  arguments: '<folder>',
  argsDescription: { folder: 'where the backup goes: a new folder, or an empty one' },
  description: 'Back up the state of the graph while it runs.',
})
export class BackupCommand extends CommandRunner {
  constructor(
    @Inject(ConfigSource) private readonly source: ConfigSource,
    @Inject(Output) private readonly output: Output,
  ) {
    super();
  }

  override async run([folder = '']: string[], options: BackupCommandOptions = {}): Promise<void> {
    const loaded = this.source.load();
    const { config } = loaded;
    const services = openServices(config, options);
    const note = (line: string): void => this.output.note(line);
    const progress = openProgress({ unit: 'rows', total: undefined, startedAt: 0, note });
    try {
      await services.graph.connect();
      const manifest = await takeBackup({
        folder,
        graph: services.graph,
        clusterId: await clusterIdOf(config, quietLogger(loaded, this.output)),
        bundleDir: options.bundles === true ? config.paths.bundleDir : undefined,
        nowMs: Date.now(),
        onRows: (rows) => progress.update(rows),
      });
      const size = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      this.output.result({ folder, ...manifest }, () => {
        const { rows, files, sequence, bundles } = manifest;
        const versions = bundles.length === 0 ? '' : `, with the bundles of ${bundles.join(', ')}`;
        return `Backed up change ${count(sequence)} to ${folder}: ${count(rows)} rows, ${bytes(size)} in ${files.length} files${versions}.`;
      });
    } finally {
      progress.close();
      services.close();
    }
  }

  @Option({ flags: '--bundles', description: 'take the version bundles of THAW_BUNDLE_DIR too' })
  bundles(): boolean {
    return true;
  }

  @Option({ flags: '--graph <host:port>', description: `where apps/graph serves gRPC ${ADDRESS_HELP}` })
  graph(address: string): string {
    return address;
  }

  @Help('after')
  examples(): string {
    return `
Takes what apps/graph has stored, of one moment, over its service; events go on to be applied
meanwhile. The folder appears when the backup is whole: files of rows, and a manifest with their
sha256, the sequence number, and the offsets from which a restored graph goes on.

The state can always be rebuilt from the topics too: a backup saves the time that this takes.

Examples:
  $ thaw backup /backups/thaw-$(date +%F)
  $ thaw backup /backups/whole --bundles --graph graph-1:50051`;
  }
}
