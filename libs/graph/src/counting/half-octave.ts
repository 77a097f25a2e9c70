/**
 * Which half-octave a count is in: floor(2 · log2(count)), and -1 for none. Readers of the graph are told of a new
 * count when its half-octave changes: they weigh edges by log(1 + count), where that is at most a tenth, and an edge
 * that grows to a thousand customers is told twenty times instead of a thousand.
 */
export function halfOctave(count: number): number {
  if (count <= 0) return -1;
  return count < table.length ? table[count]! : Math.floor(2 * Math.log2(count));
}

const table = Int8Array.from({ length: 4096 }, (_, count) => (count === 0 ? -1 : Math.floor(2 * Math.log2(count))));
