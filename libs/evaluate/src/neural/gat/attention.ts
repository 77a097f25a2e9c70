/** Neighbours by row; every node is its own neighbour besides. */
export interface AttentionGraph {
  readonly rows: number;
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
}

export interface AttentionGradients {
  /** `[rows, heads × width]` */
  readonly z: Float32Array;
  /** `[heads × width]` each. */
  readonly own: Float32Array;
  readonly other: Float32Array;
}

/** Slope of LeakyReLU below 0, as in the paper. */
const LEAK = 0.2;

/**
 * Graph attention (Veličković et al. 2018, equations 3 to 5) over rows that are multiplied by W already:
 * `out_v = Σ_{u ∈ N(v) ∪ v} softmax_u(LeakyReLU(own · z_v + other · z_u)) z_u`, each head on its own columns, side by
 * side. Plain loops: a graph of this size is done before its tensors were gathered.
 */
export class Attention {
  /** `[edges + rows, heads]`: shares of the neighbours, a row's own after them; and the slopes of their LeakyReLU. */
  readonly #shares: Float32Array;
  readonly #slopes: Float32Array;
  #z: Float32Array = new Float32Array(0);
  #factors: Float32Array | undefined;

  constructor(
    private readonly graph: AttentionGraph,
    private readonly heads: number,
    /** Columns of a head. */
    private readonly width: number,
  ) {
    this.#shares = new Float32Array(this.entries * heads);
    this.#slopes = new Float32Array(this.entries * heads);
  }

  /** Shares of one head. */
  get entries(): number {
    return this.graph.neighbours.length + this.graph.rows;
  }

  /**
   * @param z `[rows, heads × width]`; kept for `backward`
   * @param factors `[entries, heads]` that the shares are multiplied by: dropout. None where absent.
   */
  forward(z: Float32Array, own: Float32Array, other: Float32Array, factors?: Float32Array): Float32Array {
    this.#z = z;
    this.#factors = factors;
    const { heads, width } = this;
    const { rows } = this.graph;
    const scoresOwn = this.#scores(own);
    const scoresOther = this.#scores(other);
    const out = new Float32Array(z.length);
    const stride = heads * width;
    for (let v = 0; v < rows; v++) {
      this.#weigh(v, scoresOwn, scoresOther);
      const last = this.graph.offsets[v + 1]!;
      for (let i = this.graph.offsets[v]!; i <= last; i++) {
        const entry = i < last ? i : this.graph.neighbours.length + v;
        const u = i < last ? this.graph.neighbours[i]! : v;
        for (let h = 0; h < heads; h++) {
          const place = entry * heads + h;
          const weight = this.#shares[place]! * (factors === undefined ? 1 : factors[place]!);
          const to = v * stride + h * width;
          const from = u * stride + h * width;
          for (let k = 0; k < width; k++) out[to + k]! += weight * z[from + k]!;
        }
      }
    }
    return out;
  }

  /** @param gradient by what `forward` gave last, `[rows, heads × width]` */
  backward(gradient: Float32Array, own: Float32Array, other: Float32Array): AttentionGradients {
    const { heads, width } = this;
    const { rows, offsets, neighbours } = this.graph;
    const z = this.#z;
    const factors = this.#factors;
    const stride = heads * width;
    const byZ = new Float32Array(z.length);
    const byOwn = new Float32Array(rows * heads);
    const byOther = new Float32Array(rows * heads);
    const byShares = new Float32Array(this.#shares.length);
    const means = new Float64Array(heads);
    for (let v = 0; v < rows; v++) {
      const last = offsets[v + 1]!;
      means.fill(0);
      for (let i = offsets[v]!; i <= last; i++) {
        const entry = i < last ? i : neighbours.length + v;
        const u = i < last ? neighbours[i]! : v;
        for (let h = 0; h < heads; h++) {
          const place = entry * heads + h;
          const factor = factors === undefined ? 1 : factors[place]!;
          const share = this.#shares[place]!;
          const at = v * stride + h * width;
          const from = u * stride + h * width;
          let product = 0;
          for (let k = 0; k < width; k++) {
            product += gradient[at + k]! * z[from + k]!;
            byZ[from + k]! += share * factor * gradient[at + k]!;
          }
          byShares[place] = product * factor;
          means[h]! += share * product * factor;
        }
      }
      for (let i = offsets[v]!; i <= last; i++) {
        const entry = i < last ? i : neighbours.length + v;
        const u = i < last ? neighbours[i]! : v;
        for (let h = 0; h < heads; h++) {
          const place = entry * heads + h;
          const by = this.#shares[place]! * (byShares[place]! - means[h]!) * this.#slopes[place]!;
          byOwn[v * heads + h]! += by;
          byOther[u * heads + h]! += by;
        }
      }
    }
    return this.#byVectors(byZ, byOwn, byOther, own, other);
  }

  /** The scores' gradients, `[rows, heads]`, go back to z and to the two vectors. */
  #byVectors(
    byZ: Float32Array,
    byOwn: Float32Array,
    byOther: Float32Array,
    own: Float32Array,
    other: Float32Array,
  ): AttentionGradients {
    const { heads, width } = this;
    const result = { z: byZ, own: new Float32Array(own.length), other: new Float32Array(other.length) };
    for (let place = 0; place < byOwn.length; place++) {
      const h = place % heads;
      for (let k = 0; k < width; k++) {
        const c = h * width + k;
        const value = this.#z[place * width + k]!;
        byZ[place * width + k]! += byOwn[place]! * own[c]! + byOther[place]! * other[c]!;
        result.own[c]! += byOwn[place]! * value;
        result.other[c]! += byOther[place]! * value;
      }
    }
    return result;
  }

  /** Inner products of every row's heads with a vector's: `[rows, heads]`. */
  #scores(vector: Float32Array): Float32Array {
    const { heads, width } = this;
    return Float32Array.from({ length: this.graph.rows * heads }, (_, place) => {
      const h = place % heads;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += this.#z[place * width + k]! * vector[h * width + k]!;
      return sum;
    });
  }

  /** Shares of one row: a softmax of each head. */
  #weigh(v: number, scoresOwn: Float32Array, scoresOther: Float32Array): void {
    const { heads } = this;
    const { offsets, neighbours } = this.graph;
    const last = offsets[v + 1]!;
    for (let h = 0; h < heads; h++) {
      let highest = -Infinity;
      for (let i = offsets[v]!; i <= last; i++) {
        const place = (i < last ? i : neighbours.length + v) * heads + h;
        const sum = scoresOwn[v * heads + h]! + scoresOther[(i < last ? neighbours[i]! : v) * heads + h]!;
        const score = sum > 0 ? sum : LEAK * sum;
        this.#slopes[place] = sum > 0 ? 1 : LEAK;
        this.#shares[place] = score;
        if (score > highest) highest = score;
      }
      let total = 0;
      for (let i = offsets[v]!; i <= last; i++) {
        const place = (i < last ? i : neighbours.length + v) * heads + h;
        total += this.#shares[place] = Math.exp(this.#shares[place]! - highest);
      }
      for (let i = offsets[v]!; i <= last; i++)
        this.#shares[(i < last ? i : neighbours.length + v) * heads + h]! /= total;
    }
  }
}
