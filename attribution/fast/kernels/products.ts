// Matrix products in float64, every sum in ascending order of its terms. AssemblyScript, WebAssembly SIMD.
//
// A tile of 4 × 4 results grows term by term, its lanes being different results: so the order of a sum, and with it every
// bit, is that of the plain loop, whatever is computed beside it. No relaxed SIMD, no fused multiply-add.
//
// Operands lie in panels: panel g holds, for every term t, the four numbers (4g … 4g + 3) that term t contributes.
// Counts of rows and columns are multiples of 4; packing fills the rest with zeros.

/** How many numbers a panel holds for a term. */
const TILE: i32 = 4;
const TILE_BYTES: usize = 32;

/** rows (count × width) of float32 → panels of four rows, whose terms are the columns. */
export function packRows(rows: usize, count: i32, width: i32, panels: usize): void {
  const stride = (<usize>width) << 2;
  for (let i = 0; i < count; i += TILE) {
    const row = rows + <usize>i * stride;
    const panel = panels + <usize>i * (<usize>width << 3);
    for (let t: usize = 0; t < <usize>width; t++) {
      const from = row + (t << 2);
      const to = panel + t * TILE_BYTES;
      store<f64>(to, <f64>load<f32>(from));
      store<f64>(to, <f64>load<f32>(from + stride), 8);
      store<f64>(to, <f64>load<f32>(from + 2 * stride), 16);
      store<f64>(to, <f64>load<f32>(from + 3 * stride), 24);
    }
  }
}

/** The same of float64. */
export function packWideRows(rows: usize, count: i32, width: i32, panels: usize): void {
  const stride = (<usize>width) << 3;
  for (let i = 0; i < count; i += TILE) {
    const row = rows + <usize>i * stride;
    const panel = panels + <usize>i * stride;
    for (let t: usize = 0; t < <usize>width; t++) {
      const from = row + (t << 3);
      const to = panel + t * TILE_BYTES;
      store<f64>(to, load<f64>(from));
      store<f64>(to, load<f64>(from + stride), 8);
      store<f64>(to, load<f64>(from + 2 * stride), 16);
      store<f64>(to, load<f64>(from + 3 * stride), 24);
    }
  }
}

/** rows (count × width) of float32 → panels of four columns, whose terms are the rows. */
export function packColumns(rows: usize, count: i32, width: i32, panels: usize): void {
  const size = <usize>count * TILE_BYTES;
  for (let i = 0; i < count; i++) {
    const row = rows + <usize>i * ((<usize>width) << 2);
    let to = panels + <usize>i * TILE_BYTES;
    for (let j = 0; j < width; j += TILE) {
      const four = v128.load(row + ((<usize>j) << 2));
      v128.store(to, f64x2.promote_low_f32x4(four));
      v128.store(to, f64x2.promote_low_f32x4(i32x4.shuffle(four, four, 2, 3, 2, 3)), 16);
      to += size;
    }
  }
}

/** The same of float64. */
export function packWideColumns(rows: usize, count: i32, width: i32, panels: usize): void {
  const size = <usize>count * TILE_BYTES;
  for (let i = 0; i < count; i++) {
    const row = rows + <usize>i * ((<usize>width) << 3);
    let to = panels + <usize>i * TILE_BYTES;
    for (let j = 0; j < width; j += TILE) {
      v128.store(to, v128.load(row + ((<usize>j) << 3)));
      v128.store(to, v128.load(row + ((<usize>j) << 3), 16), 16);
      to += size;
    }
  }
}

/**
 * out (4 · panelsA × 4 · panelsB, rows `stride` numbers apart) += Σ_t a_t b_t over the panels' terms.
 * With `upper`, a and b being the same, only tiles on the diagonal and to the right of it.
 */
export function addProducts(
  a: usize,
  panelsA: i32,
  b: usize,
  panelsB: i32,
  terms: i32,
  out: usize,
  stride: i32,
  upper: bool,
): void {
  const size = <usize>terms * TILE_BYTES;
  const rowBytes = (<usize>stride) << 3;
  for (let j = 0; j < panelsB; j++) {
    const last = upper ? min(j + 1, panelsA) : panelsA;
    for (let i = 0; i < last; i++) {
      addTile(a + <usize>i * size, b + <usize>j * size, size, out + <usize>(TILE * i) * rowBytes + <usize>j * TILE_BYTES, rowBytes);
    }
  }
}

// @ts-ignore: decorator
@inline
function addTile(a: usize, b: usize, size: usize, out: usize, rowBytes: usize): void {
  const out1 = out + rowBytes;
  const out2 = out1 + rowBytes;
  const out3 = out2 + rowBytes;
  let s00 = v128.load(out);
  let s01 = v128.load(out, 16);
  let s10 = v128.load(out1);
  let s11 = v128.load(out1, 16);
  let s20 = v128.load(out2);
  let s21 = v128.load(out2, 16);
  let s30 = v128.load(out3);
  let s31 = v128.load(out3, 16);
  for (let at: usize = 0; at < size; at += TILE_BYTES) {
    const y0 = v128.load(b + at);
    const y1 = v128.load(b + at, 16);
    let x = v128.load_splat<f64>(a + at);
    s00 = f64x2.add(s00, f64x2.mul(x, y0));
    s01 = f64x2.add(s01, f64x2.mul(x, y1));
    x = v128.load_splat<f64>(a + at, 8);
    s10 = f64x2.add(s10, f64x2.mul(x, y0));
    s11 = f64x2.add(s11, f64x2.mul(x, y1));
    x = v128.load_splat<f64>(a + at, 16);
    s20 = f64x2.add(s20, f64x2.mul(x, y0));
    s21 = f64x2.add(s21, f64x2.mul(x, y1));
    x = v128.load_splat<f64>(a + at, 24);
    s30 = f64x2.add(s30, f64x2.mul(x, y0));
    s31 = f64x2.add(s31, f64x2.mul(x, y1));
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  v128.store(out1, s10);
  v128.store(out1, s11, 16);
  v128.store(out2, s20);
  v128.store(out2, s21, 16);
  v128.store(out3, s30);
  v128.store(out3, s31, 16);
}
