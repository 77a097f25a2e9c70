/** Undirected edges as columns of equal length. */
export interface EdgeList {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  /** One where absent. */
  readonly count?: ArrayLike<number>;
}

/** Compressed sparse rows: row v is `neighbours[offsets[v] … offsets[v + 1])`, ascending, without repetition. */
export interface Csr {
  /** `[rows + 1]` */
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
  /** Parallel to `neighbours`; absent where no edge has a count. */
  readonly counts?: Uint32Array;
}

/**
 * Both directions of every edge as sorted rows, in O(rows + edges): distributing the edges over their rows and then
 * transposing sorts every row, because the transposed matrix is the matrix itself. Loops are dropped; of an edge that
 * is given more than once, in whichever direction, the highest count stays.
 */
export function buildCsr(rows: number, edges: EdgeList): Csr {
  const unsorted = distribute(rows, edges);
  const sorted = transpose(rows, unsorted);
  return dropRepeated(rows, sorted);
}

function distribute(rows: number, { first, second, count }: EdgeList): Csr {
  const offsets = new Uint32Array(rows + 1);
  for (let e = 0; e < first.length; e++) {
    if (first[e] === second[e]) continue;
    offsets[first[e]! + 1]!++;
    offsets[second[e]! + 1]!++;
  }
  for (let v = 0; v < rows; v++) offsets[v + 1]! += offsets[v]!;
  const next = offsets.slice(0, rows);
  const neighbours = new Uint32Array(offsets[rows]!);
  const counts = count && new Uint32Array(offsets[rows]!);
  for (let e = 0; e < first.length; e++) {
    const a = first[e]!;
    const b = second[e]!;
    if (a === b) continue;
    const atA = next[a]!++;
    const atB = next[b]!++;
    neighbours[atA] = b;
    neighbours[atB] = a;
    if (counts) counts[atA] = counts[atB] = count[e]!;
  }
  return { offsets, neighbours, ...(counts && { counts }) };
}

function transpose(rows: number, { offsets, neighbours, counts }: Csr): Csr {
  const next = offsets.slice(0, rows);
  const sorted = new Uint32Array(neighbours.length);
  const sortedCounts = counts && new Uint32Array(counts.length);
  for (let v = 0; v < rows; v++)
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const at = next[neighbours[i]!]!++;
      sorted[at] = v;
      if (sortedCounts) sortedCounts[at] = counts[i]!;
    }
  return { offsets, neighbours: sorted, ...(sortedCounts && { counts: sortedCounts }) };
}

/** In place: the arrays are ours, and the graph may fill most of the machine. */
function dropRepeated(rows: number, { offsets, neighbours, counts }: Csr): Csr {
  let kept = 0;
  for (let v = 0, from = 0; v < rows; v++) {
    const to = offsets[v + 1]!;
    const start = kept;
    for (let i = from; i < to; i++) {
      const repeated = kept > start && neighbours[kept - 1] === neighbours[i];
      if (!repeated) neighbours[kept++] = neighbours[i]!;
      if (counts) counts[kept - 1] = repeated ? Math.max(counts[kept - 1]!, counts[i]!) : counts[i]!;
    }
    from = to;
    offsets[v + 1] = kept;
  }
  if (kept === neighbours.length) return { offsets, neighbours, ...(counts && { counts }) };
  return { offsets, neighbours: neighbours.slice(0, kept), ...(counts && { counts: counts.slice(0, kept) }) };
}
