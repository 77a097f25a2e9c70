/** MurmurHash3's 32-bit finaliser: every input bit reaches every output bit (Appleby, public domain). */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A 64-bit hash of the UTF-16 code units of `text`, as two 32-bit words written to `out[0]` and `out[1]`. It depends on
 * nothing but its arguments: it is the same in every process and must stay the same in every release, since embeddings
 * of different graph versions are compared with each other.
 */
export function hashString(text: string, seed: number, out: Int32Array): void {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
    // Multiplication carries upwards only: without the rotation, the low bits would see only the units' low bits.
    low = (low << 13) | (low >>> 19);
    high = (high << 17) | (high >>> 15);
  }
  low = mix32(low ^ text.length);
  high = mix32(high ^ low);
  out[0] = mix32(low ^ Math.imul(high, 0x9e3779b1));
  out[1] = high;
}
