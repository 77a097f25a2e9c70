import { operator } from '@thaw/contracts';
import type { SourceRecord } from '@thaw/kafka';

const { VersionState } = operator;

/** What the topic `versions` says: the last record of each version, in the order in which they were written. */
export class VersionLog {
  readonly #last = new Map<string, operator.Version>();

  /** @returns whether the record could be read */
  take({ key, value }: Pick<SourceRecord, 'key' | 'value'>): boolean {
    const name = key?.toString() ?? '';
    this.#last.delete(name); // so that the map is in the order of the last records
    if (value === null) return true;
    try {
      const version = operator.Version.decode(value);
      this.#last.set(version.version, version);
      return true;
    } catch {
      return false;
    }
  }

  /** The version to serve: a pinned one, otherwise the newest that is serving; undefined before there is any. */
  get wanted(): operator.Version | undefined {
    const serving = [...this.#last.values()].filter(({ state }) => state === VersionState.SERVING);
    return serving.findLast(({ pinned }) => pinned) ?? serving.at(-1);
  }
}
