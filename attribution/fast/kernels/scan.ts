// Dot products of one query with many packed rows, and the searches made of them. AssemblyScript, WebAssembly SIMD.
//
// A 16-bit word of a row holds four codes, from its lowest nibble up: c1, c0, c3, c2 (the even code of a byte is its high
// nibble). Rows are stored with 8 added to c1, c0 and c3, so that with W the signed word and M_b its lowest b bits
//
//   4096 Σ q·c = W·q2 + M12·(16 q3 − q2) + M8·(256 q0 − 16 q3) + M4·(4096 q1 − 256 q0) − 4096·8·(q0 + q1 + q3)
//
// which is three masks and four multiply-adds of 16-bit lanes for 32 codes; every coefficient fits 16 bits, every sum 32.
//
// A row is looked at more closely only where its dot product reaches a float32 bound, its length times a threshold that is
// rounded down: no row that belongs in the result is passed over, and integers decide about those that are left.

/** Rows whose dot products are worked out side by side. */
const LANES: i32 = 4;
/** How far a threshold is lowered: more than the three roundings to float32, of 2^-24 each, can lift the product. */
const SLACK: f64 = 1.0 - 1.0 / 1048576.0;
const FIXED: f64 = 4294967296.0;
const HALF_FIXED: f64 = 65536.0;

/** codes (dims) → operands: for 16 bytes of a row, four vectors of coefficients. Returns what the added 8s come to. */
export function prepareQuery(codes: usize, operands: usize, dims: i32): i32 {
  let bias = 0;
  for (let at = 0; at < dims; at += 4) {
    const q0 = <i32>load<i8>(codes + <usize>at, 0);
    const q1 = <i32>load<i8>(codes + <usize>at, 1);
    const q2 = <i32>load<i8>(codes + <usize>at, 2);
    const q3 = <i32>load<i8>(codes + <usize>at, 3);
    const word = at >> 2;
    const to = operands + ((<usize>(word >> 3)) << 6) + ((<usize>(word & 7)) << 1);
    store<i16>(to, q2);
    store<i16>(to, 16 * q3 - q2, 16);
    store<i16>(to, 256 * q0 - 16 * q3, 32);
    store<i16>(to, 4096 * q1 - 256 * q0, 48);
    bias += 8 * (q0 + q1 + q3);
  }
  return bias;
}

/** packed sketches (count × bytes) → the form that is scanned, in place; squared lengths (count) and lengths (count). */
export function prepareRows(rows: usize, squares: usize, lengths: usize, count: i32, bytes: i32): void {
  const flip = i16x8.splat(0x0888);
  for (let i = 0; i < count; i++) {
    const row = rows + <usize>i * <usize>bytes;
    let sums = i32x4.splat(0);
    for (let at: usize = 0; at < <usize>bytes; at += 16) {
      const words = v128.load(row + at);
      const c2 = i16x8.shr_s(words, 12);
      const c3 = i16x8.shr_s(i16x8.shl(words, 4), 12);
      const c0 = i16x8.shr_s(i16x8.shl(words, 8), 12);
      const c1 = i16x8.shr_s(i16x8.shl(words, 12), 12);
      sums = i32x4.add(sums, i32x4.add(i32x4.dot_i16x8_s(c0, c0), i32x4.dot_i16x8_s(c1, c1)));
      sums = i32x4.add(sums, i32x4.add(i32x4.dot_i16x8_s(c2, c2), i32x4.dot_i16x8_s(c3, c3)));
      v128.store(row + at, v128.xor(words, flip));
    }
    const squared =
      i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
    store<i32>(squares + ((<usize>i) << 2), squared);
    // A row of zeros is never reached.
    store<f32>(lengths + ((<usize>i) << 2), squared == 0 ? Infinity : <f32>(fixedNorm(squared) / HALF_FIXED));
  }
}

/**
 * Rows from `from` (a multiple of LANES) whose product with the query is at least their length times `threshold`, and some
 * that nearly are, as (position, dot) pairs. Stops when `room` pairs are there; returns how many.
 */
export function reachingRows(
  rows: usize,
  lengths: usize,
  from: i32,
  count: i32,
  bytes: i32,
  operands: usize,
  bias: i32,
  threshold: f64,
  found: usize,
  room: i32,
): i32 {
  const bound = f32x4.splat(<f32>(threshold * SLACK));
  let size = 0;
  for (let i = from; i < count; i += LANES) {
    const dots = dotProducts(rows + <usize>i * <usize>bytes, bytes, operands, bias);
    const mask = i32x4.bitmask(reaching(dots, lengths + ((<usize>i) << 2), bound));
    if (mask == 0) continue;
    for (let lane = 0; lane < LANES; lane++) {
      if (((mask >> lane) & 1) == 0) continue;
      const to = found + ((<usize>size) << 3);
      store<i32>(to, i + lane);
      store<i32>(to, laneOf(dots, lane), 4);
      size++;
    }
    if (size > room - LANES) break;
  }
  return size;
}

/**
 * The rows whose dot product with the query, times their weight, is largest and smallest: as (size, position) pairs by (size
 * descending, position ascending), those above zero in `towards`, those below in `away`. At most `most` < 2^15 of each.
 * Returns how many there are: towards, and 2^16 times away. `count` is a multiple of LANES, filled up with weights of zero.
 */
export function bestRows(
  rows: usize,
  weights: usize,
  count: i32,
  bytes: i32,
  operands: usize,
  bias: i32,
  towards: usize,
  away: usize,
  most: i32,
): i32 {
  let towardsSize = 0;
  let awaySize = 0;
  // What a term must exceed to be among the best.
  let highest = i32x4.splat(0);
  let lowest = i32x4.splat(0);
  for (let i = 0; i < count; i += LANES) {
    const dots = dotProducts(rows + <usize>i * <usize>bytes, bytes, operands, bias);
    const terms = i32x4.mul(dots, v128.load(weights + ((<usize>i) << 2)));
    if (!v128.any_true(v128.or(i32x4.gt_s(terms, highest), i32x4.lt_s(terms, lowest)))) continue;
    for (let lane = 0; lane < LANES; lane++) {
      const term = laneOf(terms, lane);
      if (term > i32x4.extract_lane(highest, 0)) {
        if (towardsSize < most) towardsSize++;
        insert(towards, towardsSize, term, i + lane);
        if (towardsSize == most) highest = i32x4.splat(lastOf(towards, most));
      } else if (term < i32x4.extract_lane(lowest, 0)) {
        if (awaySize < most) awaySize++;
        insert(away, awaySize, -term, i + lane);
        if (awaySize == most) lowest = i32x4.splat(-lastOf(away, most));
      }
    }
  }
  return towardsSize | (awaySize << 16);
}

/** The dot products of LANES rows, exact. */
// @ts-ignore: decorator
@inline
function dotProducts(row0: usize, bytes: i32, operands: usize, bias: i32): v128 {
  const low12 = i16x8.splat(0x0fff);
  const low8 = i16x8.splat(0x00ff);
  const low4 = i16x8.splat(0x000f);
  const row1 = row0 + <usize>bytes;
  const row2 = row1 + <usize>bytes;
  const row3 = row2 + <usize>bytes;
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  let operand = operands;
  for (let at: usize = 0; at < <usize>bytes; at += 16) {
    const q16 = v128.load(operand);
    const q12 = v128.load(operand, 16);
    const q8 = v128.load(operand, 32);
    const q4 = v128.load(operand, 48);
    s0 = i32x4.add(s0, products(v128.load(row0 + at), low12, low8, low4, q16, q12, q8, q4));
    s1 = i32x4.add(s1, products(v128.load(row1 + at), low12, low8, low4, q16, q12, q8, q4));
    s2 = i32x4.add(s2, products(v128.load(row2 + at), low12, low8, low4, q16, q12, q8, q4));
    s3 = i32x4.add(s3, products(v128.load(row3 + at), low12, low8, low4, q16, q12, q8, q4));
    operand += 64;
  }
  const pairs01 = i32x4.add(i32x4.shuffle(s0, s1, 0, 4, 1, 5), i32x4.shuffle(s0, s1, 2, 6, 3, 7));
  const pairs23 = i32x4.add(i32x4.shuffle(s2, s3, 0, 4, 1, 5), i32x4.shuffle(s2, s3, 2, 6, 3, 7));
  const sums = i32x4.add(i32x4.shuffle(pairs01, pairs23, 0, 1, 4, 5), i32x4.shuffle(pairs01, pairs23, 2, 3, 6, 7));
  return i32x4.sub(i32x4.shr_s(sums, 12), i32x4.splat(bias));
}

// @ts-ignore: decorator
@inline
function products(
  words: v128,
  low12: v128,
  low8: v128,
  low4: v128,
  q16: v128,
  q12: v128,
  q8: v128,
  q4: v128,
): v128 {
  return i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(words, q16), i32x4.dot_i16x8_s(v128.and(words, low12), q12)),
    i32x4.add(i32x4.dot_i16x8_s(v128.and(words, low8), q8), i32x4.dot_i16x8_s(v128.and(words, low4), q4)),
  );
}

// @ts-ignore: decorator
@inline
function reaching(dots: v128, lengths: usize, threshold: v128): v128 {
  return f32x4.ge(f32x4.convert_i32x4_s(dots), f32x4.mul(v128.load(lengths), threshold));
}

// @ts-ignore: decorator
@inline
function fixedNorm(squared: i32): f64 {
  return Math.floor(Math.sqrt(<f64>squared * FIXED));
}

// @ts-ignore: decorator
@inline
function laneOf(lanes: v128, lane: i32): i32 {
  if (lane == 0) return i32x4.extract_lane(lanes, 0);
  if (lane == 1) return i32x4.extract_lane(lanes, 1);
  if (lane == 2) return i32x4.extract_lane(lanes, 2);
  return i32x4.extract_lane(lanes, 3);
}

/** The size of the last of those kept. */
// @ts-ignore: decorator
@inline
function lastOf(kept: usize, size: i32): i32 {
  return load<i32>(kept + ((<usize>(size - 1)) << 3));
}

/** Puts a pair where it belongs among those kept, of which the last makes room. An equal size kept earlier stays before it. */
function insert(kept: usize, size: i32, score: i32, position: i32): void {
  let place = size - 1;
  while (place > 0 && load<i32>(kept + ((<usize>(place - 1)) << 3)) < score) {
    store<u64>(kept + ((<usize>place) << 3), load<u64>(kept + ((<usize>(place - 1)) << 3)));
    place--;
  }
  store<i32>(kept + ((<usize>place) << 3), score);
  store<i32>(kept + ((<usize>place) << 3), position, 4);
}
