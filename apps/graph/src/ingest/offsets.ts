import { decodeNumber, encodeNumber, type GraphStore, type Mutation, textKey } from '@thaw/graph';

const PREFIX = 'offset/';

/** The next offset to read of each partition, as stored in the same batch as the state that the records before made. */
export class Offsets {
  readonly #next = new Map<string, number>();
  readonly #dirty = new Set<string>();

  static async load(store: GraphStore): Promise<Offsets> {
    const offsets = new Offsets();
    const range = { from: textKey(PREFIX), to: textKey(`${PREFIX}\x7f`) };
    for await (const page of store.pages('meta', range)) {
      for (const { key, value } of page) {
        offsets.#next.set(Buffer.from(key).toString('utf8').slice(PREFIX.length), decodeNumber(value));
      }
    }
    return offsets;
  }

  get(topic: string, partition: number): number | undefined {
    return this.#next.get(`${topic}/${partition}`);
  }

  set(topic: string, partition: number, next: number): void {
    this.#next.set(`${topic}/${partition}`, next);
    this.#dirty.add(`${topic}/${partition}`);
  }

  list(): { readonly topic: string; readonly partition: number; readonly offset: number }[] {
    return [...this.#next].map(([place, offset]) => {
      const slash = place.lastIndexOf('/');
      return { topic: place.slice(0, slash), partition: Number(place.slice(slash + 1)), offset };
    });
  }

  /** What changed since the last call, to be committed with the state. */
  takeMutations(): Mutation[] {
    const mutations = [...this.#dirty].map((place) => ({
      table: 'meta' as const,
      key: textKey(PREFIX + place),
      value: encodeNumber(this.#next.get(place)!),
    }));
    this.#dirty.clear();
    return mutations;
  }
}
