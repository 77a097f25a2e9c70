// The inner loops of propagation. All of them work on strips: 16 columns of 32-bit floats, 64 bytes, one cache line a
// row. Addresses are the caller's business (src/propagation/strip-layout.ts); nothing is allocated here.

/** Neighbours that are added up in single precision before the sum moves on to double precision: see `addMany`. */
const LONG: u32 = 128;

/**
 * Adds up the neighbours' rows of `x` for `rows` consecutive rows: `s[r] (+)= Σ w · x[neighbour]`.
 *
 * @param x first row of the strip that is read
 * @param s first of the rows that are written
 * @param offsets `rows + 1` positions (u32) in the list of neighbours
 * @param neighbours address of position 0 of that list (u32 each); may lie below 0, modulo 2^32
 * @param weights address of position 0 of the weights (f32 each), read only where `weighted`
 * @param add whether `s` holds a part of the sum already
 */
export function gather(
  x: usize,
  s: usize,
  offsets: usize,
  neighbours: usize,
  weights: usize,
  rows: u32,
  weighted: bool,
  add: bool,
): void {
  for (let r: u32 = 0; r < rows; r++, s += 64, offsets += 4) {
    const from = load<u32>(offsets);
    const to = load<u32>(offsets, 4);
    if (!add) clear(s);
    if (to - from > LONG) addMany(x, s, from, to, neighbours, weights, weighted);
    else if (weighted) addWeighted(x, s, from, to, neighbours, weights);
    else addPlain(x, s, from, to, neighbours);
  }
}

// @ts-ignore: decorator
@inline
function clear(s: usize): void {
  const zero = f32x4.splat(0);
  v128.store(s, zero);
  v128.store(s, zero, 16);
  v128.store(s, zero, 32);
  v128.store(s, zero, 48);
}

// @ts-ignore: decorator
@inline
function addPlain(x: usize, s: usize, from: u32, to: u32, neighbours: usize): void {
  let a = v128.load(s);
  let b = v128.load(s, 16);
  let c = v128.load(s, 32);
  let d = v128.load(s, 48);
  const end = neighbours + ((<usize>to) << 2);
  for (let p = neighbours + ((<usize>from) << 2); p != end; p += 4) {
    const row = x + ((<usize>load<u32>(p)) << 6);
    a = f32x4.add(a, v128.load(row));
    b = f32x4.add(b, v128.load(row, 16));
    c = f32x4.add(c, v128.load(row, 32));
    d = f32x4.add(d, v128.load(row, 48));
  }
  v128.store(s, a);
  v128.store(s, b, 16);
  v128.store(s, c, 32);
  v128.store(s, d, 48);
}

// @ts-ignore: decorator
@inline
function addWeighted(x: usize, s: usize, from: u32, to: u32, neighbours: usize, weights: usize): void {
  let a = v128.load(s);
  let b = v128.load(s, 16);
  let c = v128.load(s, 32);
  let d = v128.load(s, 48);
  const end = neighbours + ((<usize>to) << 2);
  let q = weights + ((<usize>from) << 2);
  for (let p = neighbours + ((<usize>from) << 2); p != end; p += 4, q += 4) {
    const row = x + ((<usize>load<u32>(p)) << 6);
    const w = v128.load32_splat(q);
    a = f32x4.add(a, f32x4.mul(w, v128.load(row)));
    b = f32x4.add(b, f32x4.mul(w, v128.load(row, 16)));
    c = f32x4.add(c, f32x4.mul(w, v128.load(row, 32)));
    d = f32x4.add(d, f32x4.mul(w, v128.load(row, 48)));
  }
  v128.store(s, a);
  v128.store(s, b, 16);
  v128.store(s, c, 32);
  v128.store(s, d, 48);
}

/**
 * A row with very many neighbours: parts of it are added up in single precision, the parts in double precision, so that
 * the error does not grow with the number of neighbours.
 */
function addMany(x: usize, s: usize, from: u32, to: u32, neighbours: usize, weights: usize, weighted: bool): void {
  let a = v128.load(s);
  let b = v128.load(s, 16);
  let c = v128.load(s, 32);
  let d = v128.load(s, 48);
  let aLow = f64x2.splat(0);
  let aHigh = aLow;
  let bLow = aLow;
  let bHigh = aLow;
  let cLow = aLow;
  let cHigh = aLow;
  let dLow = aLow;
  let dHigh = aLow;
  while (from < to) {
    const end = min(from + LONG, to);
    for (; from < end; from++) {
      const at = (<usize>from) << 2;
      const row = x + ((<usize>load<u32>(neighbours + at)) << 6);
      const w = weighted ? v128.load32_splat(weights + at) : f32x4.splat(1);
      a = f32x4.add(a, f32x4.mul(w, v128.load(row)));
      b = f32x4.add(b, f32x4.mul(w, v128.load(row, 16)));
      c = f32x4.add(c, f32x4.mul(w, v128.load(row, 32)));
      d = f32x4.add(d, f32x4.mul(w, v128.load(row, 48)));
    }
    aLow = f64x2.add(aLow, f64x2.promote_low_f32x4(a));
    aHigh = f64x2.add(aHigh, f64x2.promote_low_f32x4(upper(a)));
    bLow = f64x2.add(bLow, f64x2.promote_low_f32x4(b));
    bHigh = f64x2.add(bHigh, f64x2.promote_low_f32x4(upper(b)));
    cLow = f64x2.add(cLow, f64x2.promote_low_f32x4(c));
    cHigh = f64x2.add(cHigh, f64x2.promote_low_f32x4(upper(c)));
    dLow = f64x2.add(dLow, f64x2.promote_low_f32x4(d));
    dHigh = f64x2.add(dHigh, f64x2.promote_low_f32x4(upper(d)));
    a = b = c = d = f32x4.splat(0);
  }
  v128.store(s, single(aLow, aHigh));
  v128.store(s, single(bLow, bHigh), 16);
  v128.store(s, single(cLow, cHigh), 32);
  v128.store(s, single(dLow, dHigh), 48);
}

// @ts-ignore: decorator
@inline
function single(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 2, 3, 2, 3);
}

// @ts-ignore: decorator
@inline
function squares(a: v128, b: v128, c: v128, d: v128): f64 {
  const sums = f32x4.add(
    f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)),
    f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d)),
  );
  const pair = f64x2.add(f64x2.promote_low_f32x4(sums), f64x2.promote_low_f32x4(upper(sums)));
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

/** `norms[r] += ‖s[r]‖²` over the strip, for `rows` consecutive rows; norms are f64. */
export function addSquares(s: usize, norms: usize, rows: u32): void {
  for (let r: u32 = 0; r < rows; r++, s += 64, norms += 8) {
    const sum = squares(v128.load(s), v128.load(s, 16), v128.load(s, 32), v128.load(s, 48));
    store<f64>(norms, load<f64>(norms) + sum);
  }
}

/**
 * `s[r] ← own[r] · x[r] + heard[r] · s[r]` and `norms[r] += ‖s[r]‖²` over the strip, for `rows` consecutive rows;
 * `own` and `heard` are f32, norms are f64.
 */
export function mix(x: usize, s: usize, own: usize, heard: usize, norms: usize, rows: u32): void {
  for (let r: u32 = 0; r < rows; r++, x += 64, s += 64, own += 4, heard += 4, norms += 8) {
    const p = v128.load32_splat(own);
    const q = v128.load32_splat(heard);
    const a = f32x4.add(f32x4.mul(p, v128.load(x)), f32x4.mul(q, v128.load(s)));
    const b = f32x4.add(f32x4.mul(p, v128.load(x, 16)), f32x4.mul(q, v128.load(s, 16)));
    const c = f32x4.add(f32x4.mul(p, v128.load(x, 32)), f32x4.mul(q, v128.load(s, 32)));
    const d = f32x4.add(f32x4.mul(p, v128.load(x, 48)), f32x4.mul(q, v128.load(s, 48)));
    v128.store(s, a);
    v128.store(s, b, 16);
    v128.store(s, c, 32);
    v128.store(s, d, 48);
    store<f64>(norms, load<f64>(norms) + squares(a, b, c, d));
  }
}

/** `s[r] ← factors[r] · s[r]` over the strip, for `rows` consecutive rows; factors are f32. */
export function scale(s: usize, factors: usize, rows: u32): void {
  for (let r: u32 = 0; r < rows; r++, s += 64, factors += 4) {
    const factor = v128.load32_splat(factors);
    v128.store(s, f32x4.mul(factor, v128.load(s)));
    v128.store(s, f32x4.mul(factor, v128.load(s, 16)), 16);
    v128.store(s, f32x4.mul(factor, v128.load(s, 32)), 32);
    v128.store(s, f32x4.mul(factor, v128.load(s, 48)), 48);
  }
}

/** Copies the strip's 64 bytes out of each of `rows` rows that lie `stride` bytes apart. */
export function scatter(block: usize, stride: u32, s: usize, rows: u32): void {
  for (let r: u32 = 0; r < rows; r++, block += stride, s += 64) copyRow(block, s);
}

/** Copies the strip's rows to where rows lie `stride` bytes apart: the reverse of `scatter`. */
export function collect(s: usize, block: usize, stride: u32, rows: u32): void {
  for (let r: u32 = 0; r < rows; r++, block += stride, s += 64) copyRow(s, block);
}

// @ts-ignore: decorator
@inline
function copyRow(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
}
