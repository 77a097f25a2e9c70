import type { Random } from './random.js';

/** No such item, no such bucket. */
export const NONE = -1;

/** Items in at most one bucket each, with moves and uniform draws in constant time. */
export class Buckets {
  private readonly members: number[][];
  private readonly bucketOf: Int32Array;
  private readonly position: Uint32Array;

  /**
   * @param bucketCount how many buckets there are
   * @param itemCount items are 0 … itemCount − 1; all start in no bucket
   */
  constructor(bucketCount: number, itemCount: number) {
    this.members = Array.from({ length: bucketCount }, () => []);
    this.bucketOf = new Int32Array(itemCount).fill(NONE);
    this.position = new Uint32Array(itemCount);
  }

  /** Puts an item into a bucket, out of the one that it was in. {@link NONE} takes it out of all. */
  move(item: number, bucket: number): void {
    const from = this.bucketOf[item]!;
    if (from === bucket) return;
    if (from !== NONE) {
      const list = this.members[from]!;
      const last = list.pop()!;
      const hole = this.position[item]!;
      if (last !== item) {
        list[hole] = last;
        this.position[last] = hole;
      }
    }
    this.bucketOf[item] = bucket;
    if (bucket === NONE) return;
    const list = this.members[bucket]!;
    this.position[item] = list.length;
    list.push(item);
  }

  size(bucket: number): number {
    return this.members[bucket]!.length;
  }

  /** The item at a place of a bucket; places shift when items leave. */
  at(bucket: number, place: number): number {
    return this.members[bucket]![place]!;
  }

  /** A uniform item of a bucket, or {@link NONE} from an empty one. */
  draw(bucket: number, random: Random): number {
    const size = this.size(bucket);
    return size === 0 ? NONE : this.at(bucket, random.below(size));
  }
}
