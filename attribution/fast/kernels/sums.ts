// Sums of packed rows, each times its multiplier. AssemblyScript, WebAssembly SIMD.
//
// A 16-bit word of a row holds four codes: c0 and c1 in its low byte, the even one in the high
// nibble, then c2 and c3. A shift each takes one of them out of eight words. Two rows a and b are
// added at once: their codes side by side, times (m_a, m_b).
//
// Multipliers reach 65,535, and lanes are signed: m' = m − 32,768 is multiplied, and Σ m·c = Σ m'·c
// + 32,768 · Σ c. Up to 4,096 rows, Σ c fits 16 bits and every other sum 32.

/** Where the lanes of one block of 32 codes are put in order. */
const LANES_AT = memory.data(32, 16);

/**
 * Adds Σ multiplier · code of `count` rows to `sums` (one i32 a code). `count` is even and at most
 * 4,096; an odd last row is filled up with a row of zeros.
 */
export function addRows(rows: usize, multipliers: usize, count: i32, bytes: i32, sums: usize): void {
  const flip = i16x8.splat(-0x8000);
  for (let at: usize = 0; at < <usize>bytes; at += 16) {
    let p0 = i32x4.splat(0);
    let q0 = i32x4.splat(0);
    let p1 = i32x4.splat(0);
    let q1 = i32x4.splat(0);
    let p2 = i32x4.splat(0);
    let q2 = i32x4.splat(0);
    let p3 = i32x4.splat(0);
    let q3 = i32x4.splat(0);
    let s0 = i16x8.splat(0);
    let s1 = i16x8.splat(0);
    let s2 = i16x8.splat(0);
    let s3 = i16x8.splat(0);
    let row = rows + at;
    for (let i = 0; i < count; i += 2) {
      const m = v128.xor(i32x4.splat(load<i32>(multipliers + ((<usize>i) << 1))), flip);
      const a = v128.load(row);
      const b = v128.load(row + <usize>bytes);
      row += (<usize>bytes) << 1;

      const a0 = i16x8.shr_s(i16x8.shl(a, 8), 12);
      const b0 = i16x8.shr_s(i16x8.shl(b, 8), 12);
      p0 = i32x4.add(p0, i32x4.dot_i16x8_s(lowHalves(a0, b0), m));
      q0 = i32x4.add(q0, i32x4.dot_i16x8_s(highHalves(a0, b0), m));
      s0 = i16x8.add(s0, i16x8.add(a0, b0));

      const a1 = i16x8.shr_s(i16x8.shl(a, 12), 12);
      const b1 = i16x8.shr_s(i16x8.shl(b, 12), 12);
      p1 = i32x4.add(p1, i32x4.dot_i16x8_s(lowHalves(a1, b1), m));
      q1 = i32x4.add(q1, i32x4.dot_i16x8_s(highHalves(a1, b1), m));
      s1 = i16x8.add(s1, i16x8.add(a1, b1));

      const a2 = i16x8.shr_s(a, 12);
      const b2 = i16x8.shr_s(b, 12);
      p2 = i32x4.add(p2, i32x4.dot_i16x8_s(lowHalves(a2, b2), m));
      q2 = i32x4.add(q2, i32x4.dot_i16x8_s(highHalves(a2, b2), m));
      s2 = i16x8.add(s2, i16x8.add(a2, b2));

      const a3 = i16x8.shr_s(i16x8.shl(a, 4), 12);
      const b3 = i16x8.shr_s(i16x8.shl(b, 4), 12);
      p3 = i32x4.add(p3, i32x4.dot_i16x8_s(lowHalves(a3, b3), m));
      q3 = i32x4.add(q3, i32x4.dot_i16x8_s(highHalves(a3, b3), m));
      s3 = i16x8.add(s3, i16x8.add(a3, b3));
    }
    addBlock(sums + (at << 3), 0, p0, q0, s0);
    addBlock(sums + (at << 3), 1, p1, q1, s1);
    addBlock(sums + (at << 3), 2, p2, q2, s2);
    addBlock(sums + (at << 3), 3, p3, q3, s3);
  }
}

/**
 * Adds the sums of one code of each of eight words, `code` of 0 to 3, to those of a block of 32.
 */
function addBlock(sums: usize, code: i32, low: v128, high: v128, codes: v128): void {
  const half = i32x4.splat(0x8000);
  v128.store(LANES_AT, i32x4.add(low, i32x4.mul(half, i32x4.extend_low_i16x8_s(codes))));
  v128.store(LANES_AT, i32x4.add(high, i32x4.mul(half, i32x4.extend_high_i16x8_s(codes))), 16);
  for (let word = 0; word < 8; word++) {
    const to = sums + ((<usize>(4 * word + code)) << 2);
    store<i32>(to, load<i32>(to) + load<i32>(LANES_AT + ((<usize>word) << 2)));
  }
}

// @ts-ignore: decorator
@inline
function lowHalves(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function highHalves(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
