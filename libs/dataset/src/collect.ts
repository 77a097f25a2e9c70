/** Everything an iterator gives, in memory (Array.fromAsync is not in Node 20). */
export async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
