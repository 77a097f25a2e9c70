// The inner loops of training tables of embeddings: matrices are `[n, d]`, row-major, 32-bit floats, d a multiple of 32.
// Addresses are the caller's business (src/neural/kernel/arena.ts); nothing is allocated here.

/**
 * `y[v] = scale · (own · base[v] + left[v] · Σ right[u] · x[u])` over the neighbours u of v, for all rows: 32 columns at
 * a time, as many sums as stay in registers.
 *
 * @param y address of the result; neither x nor base
 * @param left per row
 * @param right per row of x
 * @param offsets `rows + 1` positions (u32) in `neighbours` (u32)
 */
export function spread(
  y: usize,
  base: usize,
  x: usize,
  left: usize,
  right: usize,
  offsets: usize,
  neighbours: usize,
  rows: u32,
  d: u32,
  own: f32,
  scale: f32,
): void {
  const stride = (<usize>d) << 2;
  const kept = f32x4.splat(own * scale);
  for (let v: u32 = 0; v < rows; v++, offsets += 4, left += 4, y += stride, base += stride) {
    const from = neighbours + ((<usize>load<u32>(offsets)) << 2);
    const to = neighbours + ((<usize>load<u32>(offsets, 4)) << 2);
    const heard = f32x4.splat(load<f32>(left) * scale);
    for (let c: usize = 0; c < stride; c += 128) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let s4 = s0;
      let s5 = s0;
      let s6 = s0;
      let s7 = s0;
      for (let p = from; p != to; p += 4) {
        const u = <usize>load<u32>(p);
        const row = x + u * stride + c;
        const w = v128.load32_splat(right + (u << 2));
        s0 = f32x4.add(s0, f32x4.mul(w, v128.load(row)));
        s1 = f32x4.add(s1, f32x4.mul(w, v128.load(row, 16)));
        s2 = f32x4.add(s2, f32x4.mul(w, v128.load(row, 32)));
        s3 = f32x4.add(s3, f32x4.mul(w, v128.load(row, 48)));
        s4 = f32x4.add(s4, f32x4.mul(w, v128.load(row, 64)));
        s5 = f32x4.add(s5, f32x4.mul(w, v128.load(row, 80)));
        s6 = f32x4.add(s6, f32x4.mul(w, v128.load(row, 96)));
        s7 = f32x4.add(s7, f32x4.mul(w, v128.load(row, 112)));
      }
      const b = base + c;
      const o = y + c;
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b)), f32x4.mul(heard, s0)));
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 16)), f32x4.mul(heard, s1)), 16);
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 32)), f32x4.mul(heard, s2)), 32);
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 48)), f32x4.mul(heard, s3)), 48);
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 64)), f32x4.mul(heard, s4)), 64);
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 80)), f32x4.mul(heard, s5)), 80);
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 96)), f32x4.mul(heard, s6)), 96);
      v128.store(o, f32x4.add(f32x4.mul(kept, v128.load(b, 112)), f32x4.mul(heard, s7)), 112);
    }
  }
}

// @ts-ignore: decorator
@inline
function total(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** u · (p − n) */
// @ts-ignore: decorator
@inline
function marginOf(u: usize, p: usize, n: usize, stride: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  for (let c: usize = 0; c < stride; c += 32) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(u + c), f32x4.sub(v128.load(p + c), v128.load(n + c))));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(u + c, 16), f32x4.sub(v128.load(p + c, 16), v128.load(n + c, 16))));
  }
  return total(f32x4.add(s0, s1));
}

/**
 * Loss of triples of rows of x and its gradient, which is added to g: −log σ(u·p − u·n) (BPR) where `margin` is
 * negative, else max(0, margin − u·p + u·n) (the triplet loss).
 *
 * @param users addresses of the triples' rows: `count` numbers (u32) each
 * @param weight of a triple
 * @returns the sum of weight · loss
 */
export function rankTriples(
  x: usize,
  g: usize,
  users: usize,
  positives: usize,
  negatives: usize,
  count: u32,
  d: u32,
  margin: f32,
  weight: f32,
): f64 {
  const stride = (<usize>d) << 2;
  let loss: f64 = 0;
  for (let t: u32 = 0; t < count; t++, users += 4, positives += 4, negatives += 4) {
    const u = (<usize>load<u32>(users)) * stride;
    const p = (<usize>load<u32>(positives)) * stride;
    const n = (<usize>load<u32>(negatives)) * stride;
    const m = marginOf(x + u, x + p, x + n, stride);
    let slope: f32;
    if (margin < 0) {
      const e = Mathf.exp(-Mathf.abs(m));
      loss += Math.log1p(e) + (m < 0 ? <f64>-m : 0);
      slope = -weight * (m < 0 ? 1 / (1 + e) : e / (1 + e));
    } else {
      if (m >= margin) continue;
      loss += margin - m;
      slope = -weight;
    }
    const w = f32x4.splat(slope);
    for (let c: usize = 0; c < stride; c += 16) {
      const own = v128.load(x + u + c);
      const apart = f32x4.sub(v128.load(x + p + c), v128.load(x + n + c));
      const pull = f32x4.mul(w, own);
      v128.store(g + u + c, f32x4.add(v128.load(g + u + c), f32x4.mul(w, apart)));
      v128.store(g + p + c, f32x4.add(v128.load(g + p + c), pull));
      v128.store(g + n + c, f32x4.sub(v128.load(g + n + c), pull));
    }
  }
  return loss * weight;
}

/** `y[v] += scale · counts[v] · x[v]` for all rows with a count (f32). @returns Σ counts[v] · ‖x[v]‖² */
export function addCounted(y: usize, x: usize, counts: usize, rows: u32, d: u32, scale: f32): f64 {
  const stride = (<usize>d) << 2;
  let squares: f64 = 0;
  for (let v: u32 = 0; v < rows; v++, counts += 4, x += stride, y += stride) {
    const count = load<f32>(counts);
    if (count == 0) continue;
    const w = f32x4.splat(scale * count);
    let sum = f32x4.splat(0);
    for (let c: usize = 0; c < stride; c += 16) {
      const row = v128.load(x + c);
      sum = f32x4.add(sum, f32x4.mul(row, row));
      v128.store(y + c, f32x4.add(v128.load(y + c), f32x4.mul(w, row)));
    }
    squares += <f64>(count * total(sum));
  }
  return squares;
}

/**
 * One step of Adam over `length` numbers, a multiple of 4.
 *
 * @param rate learning rate × √(1 − β₂ᵗ) / (1 − β₁ᵗ)
 * @param epsilon ε × √(1 − β₂ᵗ)
 */
export function adam(
  parameter: usize,
  gradient: usize,
  first: usize,
  second: usize,
  length: u32,
  rate: f32,
  epsilon: f32,
): void {
  const end = parameter + ((<usize>length) << 2);
  const r = f32x4.splat(rate);
  const e = f32x4.splat(epsilon);
  for (; parameter != end; parameter += 16, gradient += 16, first += 16, second += 16) {
    const g = v128.load(gradient);
    const m = f32x4.add(f32x4.mul(f32x4.splat(0.9), v128.load(first)), f32x4.mul(f32x4.splat(0.1), g));
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(0.999), v128.load(second)),
      f32x4.mul(f32x4.splat(0.001), f32x4.mul(g, g)),
    );
    v128.store(first, m);
    v128.store(second, v);
    const move = f32x4.div(f32x4.mul(r, m), f32x4.add(f32x4.sqrt(v), e));
    v128.store(parameter, f32x4.sub(v128.load(parameter), move));
  }
}
