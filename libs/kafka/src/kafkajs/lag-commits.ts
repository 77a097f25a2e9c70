import type { LogFunction, PartitionOffset } from '../port.js';
import type { CommitCluster } from './internals.js';

const INTERVAL_MS = 5000;
/** "Not a member": how offsets of a group without members are committed (Kafka protocol, OffsetCommit). */
const NO_GENERATION = -1;

/** Collects offsets per group and writes the newest of them, at most once per interval. */
export class LagCommits {
  private readonly pending = new Map<string, Map<string, PartitionOffset>>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private connected = false;

  constructor(
    private readonly cluster: CommitCluster,
    private readonly log: LogFunction,
  ) {}

  commit(group: string, offsets: readonly PartitionOffset[]): void {
    let pending = this.pending.get(group);
    if (!pending) this.pending.set(group, (pending = new Map<string, PartitionOffset>()));
    for (const offset of offsets) pending.set(`${offset.topic}/${offset.partition}`, offset);
    this.timer ??= setTimeout(() => void this.flush(), INTERVAL_MS).unref();
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.connected) await this.cluster.disconnect();
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(async () => {
      const groups = [...this.pending];
      this.pending.clear();
      for (const [group, offsets] of groups) await this.write(group, [...offsets.values()]);
    });
    return this.writing;
  }

  private async write(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    try {
      if (!this.connected) await this.cluster.connect();
      this.connected = true;
      const coordinator = await this.cluster.findGroupCoordinator({ groupId: group });
      await coordinator.offsetCommit({
        groupId: group,
        groupGenerationId: NO_GENERATION,
        memberId: '',
        topics: [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
          topic,
          partitions: offsets
            .filter((entry) => entry.topic === topic)
            .map(({ partition, offset }) => ({ partition, offset: String(offset), metadata: '' })),
        })),
      });
    } catch (error) {
      this.log('warn', `progress of "${group}" could not be written for lag tools; nothing depends on it`, {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
