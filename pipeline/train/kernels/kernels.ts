// The three loops in which training spends its time, in AssemblyScript for WebAssembly SIMD.
//
// Every sum is taken in one written-down order: four lanes over k, then (l0 + l1) + (l2 + l3), then the tail of k. No
// relaxed SIMD, no fused multiply-add, no threads, so the bits are the same on every machine. An entry of a product
// depends on its own row and column only, never on how many rows were multiplied together.
//
// Pointers are byte addresses, strides and sizes count float32 entries.

/** Rows of b that stay in the level-2 cache while all rows of a pass by. */
const PANEL: i32 = 32;

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

// @ts-ignore: decorator
@inline
function dot(x: usize, y: usize, size: i32): f32 {
  let lanes = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= size; k += 4) {
    const at = (<usize>k) << 2;
    lanes = f32x4.add(lanes, f32x4.mul(v128.load(x + at), v128.load(y + at)));
  }
  let sum = sumOfLanes(lanes);
  for (; k < size; k++) {
    const at = (<usize>k) << 2;
    sum += load<f32>(x + at) * load<f32>(y + at);
  }
  return sum;
}

/** c (m, n) = a (m, k) · b (n, k)ᵀ, each row-major with its own stride. */
export function multiplyTransposed(
  a: usize,
  strideA: i32,
  b: usize,
  strideB: i32,
  c: usize,
  strideC: i32,
  m: i32,
  k: i32,
  n: i32,
): void {
  const rowA = (<usize>strideA) << 2;
  const rowB = (<usize>strideB) << 2;
  const rowC = (<usize>strideC) << 2;
  const whole = <usize>(k & ~3) << 2;
  const size = (<usize>k) << 2;

  for (let panel = 0; panel < n; panel += PANEL) {
    const end = min(panel + PANEL, n);
    let i = 0;
    for (; i + 2 <= m; i += 2) {
      const a0 = a + <usize>i * rowA;
      const a1 = a0 + rowA;
      const c0 = c + <usize>i * rowC;
      const c1 = c0 + rowC;
      let j = panel;
      for (; j + 4 <= end; j += 4) {
        const b0 = b + <usize>j * rowB;
        const b1 = b0 + rowB;
        const b2 = b1 + rowB;
        const b3 = b2 + rowB;
        let s00 = f32x4.splat(0);
        let s01 = f32x4.splat(0);
        let s02 = f32x4.splat(0);
        let s03 = f32x4.splat(0);
        let s10 = f32x4.splat(0);
        let s11 = f32x4.splat(0);
        let s12 = f32x4.splat(0);
        let s13 = f32x4.splat(0);
        for (let at: usize = 0; at < whole; at += 16) {
          const x0 = v128.load(a0 + at);
          const x1 = v128.load(a1 + at);
          let y = v128.load(b0 + at);
          s00 = f32x4.add(s00, f32x4.mul(x0, y));
          s10 = f32x4.add(s10, f32x4.mul(x1, y));
          y = v128.load(b1 + at);
          s01 = f32x4.add(s01, f32x4.mul(x0, y));
          s11 = f32x4.add(s11, f32x4.mul(x1, y));
          y = v128.load(b2 + at);
          s02 = f32x4.add(s02, f32x4.mul(x0, y));
          s12 = f32x4.add(s12, f32x4.mul(x1, y));
          y = v128.load(b3 + at);
          s03 = f32x4.add(s03, f32x4.mul(x0, y));
          s13 = f32x4.add(s13, f32x4.mul(x1, y));
        }
        let r00 = sumOfLanes(s00);
        let r01 = sumOfLanes(s01);
        let r02 = sumOfLanes(s02);
        let r03 = sumOfLanes(s03);
        let r10 = sumOfLanes(s10);
        let r11 = sumOfLanes(s11);
        let r12 = sumOfLanes(s12);
        let r13 = sumOfLanes(s13);
        for (let at: usize = whole; at < size; at += 4) {
          const x0 = load<f32>(a0 + at);
          const x1 = load<f32>(a1 + at);
          r00 += x0 * load<f32>(b0 + at);
          r01 += x0 * load<f32>(b1 + at);
          r02 += x0 * load<f32>(b2 + at);
          r03 += x0 * load<f32>(b3 + at);
          r10 += x1 * load<f32>(b0 + at);
          r11 += x1 * load<f32>(b1 + at);
          r12 += x1 * load<f32>(b2 + at);
          r13 += x1 * load<f32>(b3 + at);
        }
        const at = (<usize>j) << 2;
        store<f32>(c0 + at, r00);
        store<f32>(c0 + at, r01, 4);
        store<f32>(c0 + at, r02, 8);
        store<f32>(c0 + at, r03, 12);
        store<f32>(c1 + at, r10);
        store<f32>(c1 + at, r11, 4);
        store<f32>(c1 + at, r12, 8);
        store<f32>(c1 + at, r13, 12);
      }
      for (; j < end; j++) {
        const at = (<usize>j) << 2;
        const row = b + <usize>j * rowB;
        store<f32>(c0 + at, dot(a0, row, k));
        store<f32>(c1 + at, dot(a1, row, k));
      }
    }
    for (; i < m; i++) {
      const a0 = a + <usize>i * rowA;
      const c0 = c + <usize>i * rowC;
      for (let j = panel; j < end; j++) store<f32>(c0 + ((<usize>j) << 2), dot(a0, b + <usize>j * rowB, k));
    }
  }
}

/** c (m, n) = a (k, m)ᵀ · b (k, n), rows without gaps: a sum of outer products, k taken in ascending order. */
export function multiplyTransposedLeft(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32): void {
  memory.fill(c, 0, (<usize>m * <usize>n) << 2);
  const whole = n & ~3;
  for (let row = 0; row < k; row++) {
    const a0 = a + ((<usize>row * <usize>m) << 2);
    const b0 = b + ((<usize>row * <usize>n) << 2);
    for (let i = 0; i < m; i++) {
      const c0 = c + ((<usize>i * <usize>n) << 2);
      const x = load<f32>(a0 + ((<usize>i) << 2));
      const lanes = f32x4.splat(x);
      let j = 0;
      for (; j < whole; j += 4) {
        const at = (<usize>j) << 2;
        v128.store(c0 + at, f32x4.add(v128.load(c0 + at), f32x4.mul(lanes, v128.load(b0 + at))));
      }
      for (; j < n; j++) {
        const at = (<usize>j) << 2;
        store<f32>(c0 + at, load<f32>(c0 + at) + x * load<f32>(b0 + at));
      }
    }
  }
}

/** out (size) = levels[code] · scale of the code's block; two codes a byte, the first in the low nibble. */
export function dequantise(codes: usize, scales: usize, levels: usize, out: usize, size: i32, block: i32): void {
  for (let i = 0; i < size; i += 2) {
    const scale = load<f32>(scales + ((<usize>(i / block)) << 2));
    const pair = <usize>load<u8>(codes + (<usize>i >> 1));
    const at = (<usize>i) << 2;
    store<f32>(out + at, load<f32>(levels + ((pair & 15) << 2)) * scale);
    store<f32>(out + at, load<f32>(levels + ((pair >> 4) << 2)) * scale, 4);
  }
}
