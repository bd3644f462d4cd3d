// R_u over packed rows, in WebAssembly: `unitSum`, to the last bit.
//
//   R_u = Σ_r mult_r · code_r           packed codes (n × k/2 bytes), multipliers (n) → sum (k)

import { checkCodeCount, MAX_CODES } from '../codes.ts'
import { createWorkspace } from './kernels.ts'

/** As many rows as the kernel's 16-bit lanes can hold, and even. */
const STRETCH = 4_096
const MOST_BYTES = MAX_CODES / 2

const { kernels, buffer, take } = createWorkspace([STRETCH * MOST_BYTES, STRETCH * 2, MAX_CODES * 4])
const [rowsAt, multipliersAt, sumsAt] = [take(STRETCH * MOST_BYTES), take(STRETCH * 2), take(MAX_CODES * 4)]

/** Sums rows that lie one after the other. Their codes must have been checked: 0x8 is none. */
export function unitSumFast(sketches: Uint8Array, multipliers: Uint16Array, k: number): Int32Array {
  checkCodeCount(k)
  const bytes = k / 2
  const count = multipliers.length
  if (sketches.length !== count * bytes) throw new Error(`${sketches.length} bytes are no ${count} rows of ${bytes}.`)
  const sums = new Int32Array(buffer, sumsAt, k).fill(0)
  const places = new Uint16Array(buffer, multipliersAt, STRETCH)
  for (let from = 0; from < count; from += STRETCH) {
    const part = Math.min(STRETCH, count - from)
    const rows = new Uint8Array(buffer, rowsAt, (part + (part % 2)) * bytes)
    rows.set(sketches.subarray(from * bytes, (from + part) * bytes))
    places.set(multipliers.subarray(from, from + part))
    // An odd last row is paired with a row of zeros, whose multiplier does not matter.
    if (part % 2 === 1) rows.fill(0, part * bytes)
    kernels.addRows(rowsAt, multipliersAt, part + (part % 2), bytes, sumsAt)
  }
  return sums.slice()
}
