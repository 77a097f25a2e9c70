// Inner products of one query with many rows. Rows and query are padded with zeros to a multiple of 8 floats.
// Addresses are the caller's business (src/exact/row-store.ts); nothing is allocated here.

// @ts-ignore: decorator
@inline
function sum(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/**
 * `out[r] = ⟨query, rows[r]⟩` for `count` consecutive rows.
 *
 * @param rows address of the first row; rows lie `stride` bytes apart
 * @param stride bytes of a row, a multiple of 32
 * @param query address of the query, as long as a row
 * @param out address of the results, f32 each
 */
export function dots(rows: usize, count: u32, stride: usize, query: usize, out: usize): void {
  const end = query + stride;
  let r: u32 = 0;
  for (; r + 4 <= count; r += 4, out += 16) {
    const second = rows + stride;
    const third = second + stride;
    const fourth = third + stride;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let at: usize = 0;
    for (let q = query; q != end; q += 32, at += 32) {
      const low = v128.load(q);
      const high = v128.load(q, 16);
      a = f32x4.add(a, f32x4.add(f32x4.mul(low, v128.load(rows + at)), f32x4.mul(high, v128.load(rows + at, 16))));
      b = f32x4.add(b, f32x4.add(f32x4.mul(low, v128.load(second + at)), f32x4.mul(high, v128.load(second + at, 16))));
      c = f32x4.add(c, f32x4.add(f32x4.mul(low, v128.load(third + at)), f32x4.mul(high, v128.load(third + at, 16))));
      d = f32x4.add(d, f32x4.add(f32x4.mul(low, v128.load(fourth + at)), f32x4.mul(high, v128.load(fourth + at, 16))));
    }
    store<f32>(out, sum(a));
    store<f32>(out, sum(b), 4);
    store<f32>(out, sum(c), 8);
    store<f32>(out, sum(d), 12);
    rows = fourth + stride;
  }
  for (; r < count; r++, out += 4, rows += stride) {
    let a = f32x4.splat(0);
    let at: usize = 0;
    for (let q = query; q != end; q += 32, at += 32) {
      a = f32x4.add(a, f32x4.add(
        f32x4.mul(v128.load(q), v128.load(rows + at)),
        f32x4.mul(v128.load(q, 16), v128.load(rows + at, 16)),
      ));
    }
    store<f32>(out, sum(a));
  }
}
