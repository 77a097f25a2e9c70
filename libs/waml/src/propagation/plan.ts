import type { PropagationGraph } from './propagation-graph.js';

/** 65 536 rows: their strips (64 bytes a row) stay in the caches and in the reach of the address translation. */
const SEGMENT_BITS = 16;
const SEGMENT_ROWS = 1 << SEGMENT_BITS;
/** A segment is worth a visit of every row where rows have at least this many neighbours in it on average. */
const SEGMENT_NEIGHBOURS = 2;

/** The neighbours that lie in one range of places. Row r is `neighbours[offsets[r] … offsets[r + 1])`. */
export interface Segment {
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
  /** Parallel to `neighbours`; every edge has weight 1 where absent. */
  readonly weights: Float32Array | undefined;
}

/**
 * A graph laid out for the caches. Rows are placed by falling number of neighbours, so that what is read often lies
 * together; and the neighbours are split by where they lie, so that the kernel adds up what is in one dense segment for
 * all rows before it goes on to the next. The last segment is the sparse rest. Everything is in shared memory.
 */
export interface PropagationPlan {
  readonly rows: number;
  /** Place of each row of the graph. */
  readonly places: Uint32Array;
  /** Row of the graph at each place. */
  readonly order: Uint32Array;
  readonly segments: readonly Segment[];
  /** Sum of the weights of each place's row. */
  readonly weightSums: Float32Array;
}

/** O(rows + edges). The order of a row's summands depends on the graph alone, never on who adds them up. */
export function planPropagation(graph: PropagationGraph): PropagationPlan {
  const order = byFallingDegree(graph);
  const places = sharedU32(graph.rows);
  for (let place = 0; place < graph.rows; place++) places[order[place]!] = place;
  const placed = placeRows(graph, order, places);
  const count = countSegments(placed);
  const segments = count === 1 ? [placed] : splitRows(placed, count);
  return { rows: graph.rows, places, order, segments, weightSums: sumWeights(placed) };
}

/** The graph itself with rows, and the neighbours in them, by place. */
function placeRows(
  { rows, offsets, neighbours, weights }: PropagationGraph,
  order: Uint32Array,
  places: Uint32Array,
): Segment {
  const placedOffsets = sharedU32(rows + 1);
  const placedNeighbours = sharedU32(neighbours.length);
  const placedWeights = weights && sharedF32(weights.length);
  let at = 0;
  for (let place = 0; place < rows; place++) {
    const from = offsets[order[place]!]!;
    const to = offsets[order[place]! + 1]!;
    placedWeights?.set(weights!.subarray(from, to), at);
    for (let i = from; i < to; i++) placedNeighbours[at++] = places[neighbours[i]!]!;
    placedOffsets[place + 1] = at;
  }
  return { offsets: placedOffsets, neighbours: placedNeighbours, weights: placedWeights };
}

function splitRows({ offsets, neighbours, weights }: Segment, count: number): Segment[] {
  const rows = offsets.length - 1;
  const last = count - 1;
  const sizes = new Uint32Array(count);
  for (let i = 0; i < neighbours.length; i++) sizes[Math.min(neighbours[i]! >>> SEGMENT_BITS, last)]!++;
  const segments = Array.from(sizes, (size) => ({
    offsets: sharedU32(rows + 1),
    neighbours: sharedU32(size),
    weights: weights && sharedF32(size),
  }));
  const next = new Uint32Array(count);
  for (let place = 0; place < rows; place++) {
    for (let i = offsets[place]!; i < offsets[place + 1]!; i++) {
      const segment = Math.min(neighbours[i]! >>> SEGMENT_BITS, last);
      const at = next[segment]!++;
      segments[segment]!.neighbours[at] = neighbours[i]!;
      if (weights) segments[segment]!.weights![at] = weights[i]!;
    }
    for (let segment = 0; segment < count; segment++) segments[segment]!.offsets[place + 1] = next[segment]!;
  }
  return segments;
}

function sumWeights({ offsets, weights }: Segment): Float32Array {
  const sums = sharedF32(offsets.length - 1);
  for (let place = 0; place < sums.length; place++) {
    const from = offsets[place]!;
    const to = offsets[place + 1]!;
    let sum = weights ? 0 : to - from;
    if (weights) for (let i = from; i < to; i++) sum += weights[i]!;
    sums[place] = sum;
  }
  return sums;
}

/** Rows by falling number of neighbours, ties by row: a counting sort. */
function byFallingDegree({ rows, offsets }: PropagationGraph): Uint32Array {
  let highest = 0;
  for (let row = 0; row < rows; row++) highest = Math.max(highest, offsets[row + 1]! - offsets[row]!);
  const starts = new Uint32Array(highest + 2);
  for (let row = 0; row < rows; row++) starts[highest - (offsets[row + 1]! - offsets[row]!) + 1]!++;
  for (let i = 0; i <= highest; i++) starts[i + 1]! += starts[i]!;
  const order = sharedU32(rows);
  for (let row = 0; row < rows; row++) order[starts[highest - (offsets[row + 1]! - offsets[row]!)]!++] = row;
  return order;
}

/** Dense segments and one for the rest. Every edge is listed at both ends: a row is read once per neighbour it has. */
function countSegments({ offsets }: Segment): number {
  const rows = offsets.length - 1;
  let count = 1;
  for (let start = 0; start + SEGMENT_ROWS < rows; start += SEGMENT_ROWS, count++)
    if (offsets[start + SEGMENT_ROWS]! - offsets[start]! < SEGMENT_NEIGHBOURS * rows) break;
  return count;
}

const sharedU32 = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * length));
const sharedF32 = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
