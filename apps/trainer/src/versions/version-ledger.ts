import { compareVersions } from '@thaw/bundle';
import { operator, ThawError } from '@thaw/contracts';

const { VersionState } = operator;
export type Version = operator.Version;

/** A record of the topic `versions`: a version, or the name of one that is gone. */
export type VersionRecord = Version | { readonly gone: string };

/** Writes records of the topic `versions`, in order; resolves when they are there. */
export type WriteVersions = (records: readonly VersionRecord[]) => Promise<void>;

/**
 * Which versions there are, and which one is served: what the topic `versions` says. The version to serve is the newest
 * record in state SERVING, so a change is written with it first.
 */
export class VersionLedger {
  private readonly versions = new Map<string, Version>();
  private servingName: string | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly write: WriteVersions) {}

  /** Takes a record of the topic, in its order. */
  take(record: VersionRecord): void {
    if ('gone' in record) {
      this.versions.delete(record.gone);
      if (this.servingName === record.gone) this.servingName = undefined;
      return;
    }
    const version = record;
    this.versions.set(version.version, version);
    if (version.state === VersionState.SERVING) this.servingName = version.version;
    else if (this.servingName === version.version) this.servingName = undefined;
  }

  get serving(): Version | undefined {
    return this.servingName === undefined ? undefined : this.versions.get(this.servingName);
  }

  get names(): Iterable<string> {
    return this.versions.keys();
  }

  isRejected(name: string): boolean {
    return this.versions.get(name)?.state === VersionState.REJECTED;
  }

  /** The newest first. */
  list(limit: number): Version[] {
    return [...this.versions.values()].sort((a, b) => compareVersions(b.version, a.version)).slice(0, limit);
  }

  /** @throws ThawError VERSION_UNKNOWN */
  find(name: string): Version {
    const version = this.versions.get(name);
    if (version !== undefined) return version;
    throw new ThawError(
      'VERSION_UNKNOWN',
      `There is no version ${name}. \`thaw versions\` lists those that there are.`,
    );
  }

  /** A new version: served if it passed the gate and no other is pinned. */
  async add(version: Version): Promise<Version> {
    return await this.inTurn(async () => {
      if (version.state === VersionState.REJECTED) return await this.record([version]);
      const isHeldBack = this.serving?.pinned === true;
      if (isHeldBack) return await this.record([{ ...version, state: VersionState.STANDBY }]);
      return await this.serve({ ...version, pinned: false });
    });
  }

  /**
   * Serves a version until it is released, whatever comes after it.
   *
   * @throws ThawError VERSION_UNKNOWN; VERSION_REJECTED without a reason to promote it
   */
  async activate(name: string, promoteReason: string): Promise<Version> {
    return await this.inTurn(async () => {
      const version = this.find(name);
      if (version.state === VersionState.REJECTED && promoteReason === '') {
        throw new ThawError(
          'VERSION_REJECTED',
          `The gate rejected ${name}: ${version.rejectedBecause}. To serve it all the same, an admin promotes it with a ` +
            `reason: \`thaw promote ${name} --reason "…"\`.`,
        );
      }
      return await this.serve({ ...version, pinned: true });
    });
  }

  /** Serves the newest version before the serving one that passed the gate. @throws ThawError VERSION_UNKNOWN */
  async rollback(): Promise<Version> {
    return await this.inTurn(async () => {
      const { serving } = this;
      const before = this.list(Infinity).find(
        ({ version, state }) =>
          state === VersionState.STANDBY && (serving === undefined || compareVersions(version, serving.version) < 0),
      );
      if (before !== undefined) return await this.serve({ ...before, pinned: true });
      throw new ThawError('VERSION_UNKNOWN', 'There is no earlier version to go back to.');
    });
  }

  /** Lets newer versions be served again; the newest that waits is served at once. @throws ThawError VERSION_UNKNOWN */
  async release(): Promise<Version> {
    return await this.inTurn(async () => {
      const { serving } = this;
      if (serving === undefined) throw new ThawError('VERSION_UNKNOWN', 'No version is served, so none is pinned.');
      if (!serving.pinned) return serving;
      const [newest] = this.list(Infinity).filter(({ state }) => state !== VersionState.REJECTED);
      return await this.serve({ ...newest!, pinned: false });
    });
  }

  /** Takes versions off the list whose bundles were removed: nobody can go back to them. */
  async forget(names: readonly string[]): Promise<void> {
    await this.inTurn(async () => {
      const records = names.filter((name) => this.versions.has(name)).map((gone) => ({ gone }));
      if (records.length === 0) return;
      await this.write(records);
      for (const record of records) this.take(record);
    });
  }

  /** What is decided by what is served, and changes it, goes one after the other: runs end while operators command. */
  private async inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.turn.then(change);
    this.turn = done.catch(() => undefined);
    return await done;
  }

  private async serve(version: Version): Promise<Version> {
    const { serving } = this;
    const served = { ...version, state: VersionState.SERVING };
    if (serving === undefined || serving.version === version.version) return await this.record([served]);
    return await this.record([served, { ...serving, state: VersionState.STANDBY, pinned: false }]);
  }

  /** Written first, known after: a version that could not be announced is none. @returns the first */
  private async record(versions: readonly Version[]): Promise<Version> {
    await this.write(versions);
    for (const version of [...versions].reverse()) this.take(version);
    return versions[0]!;
  }
}
