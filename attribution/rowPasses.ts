// Passes: what a fit asks of all rows at once, each one walk through them. A fit is written as a coroutine that asks for passes,
// so that it does not matter whether rows lie in memory or come from a file, or how many workers walk.
//
//   squares   Σ_i |x_i|²                                    → (1)
//   gram      Xᵀ X                                          → (w × w)
//   power     B Xᵀ X, one step of a power iteration         basis B (k × w) → (k × w)
//
// Every sum runs over rows, or over the entries of one row, in ascending order.

import { MalformedError } from './malformed.ts'
import { combine, coordinates, type Rows, timesTransposed } from './matrix.ts'

export type Pass =
  | { readonly kind: 'squares' }
  | { readonly kind: 'gram' }
  | { readonly kind: 'power'; readonly basis: Float64Array; readonly k: number }

/** Asks for passes, is given what they come to, and ends with what was fitted. */
export type Fit<T> = Generator<Pass, T, Float64Array>

/** Runs a fit over rows in memory: the truth that `fast/` is held to. */
export function fitTo<T>(rows: Rows, fit: Fit<T>): T {
  let step = fit.next()
  while (!step.done) step = fit.next(passOver(rows, step.value))
  return step.value
}

function passOver(rows: Rows, pass: Pass): Float64Array {
  switch (pass.kind) {
    case 'squares':
      return Float64Array.of(addSquares(0, rows, 0))
    case 'gram':
      return combine(Float64Array.from(rows.values), rows.width, rows)
    case 'power':
      return combine(coordinates(rows, pass.basis, pass.k), pass.k, rows)
  }
}

/** A sum of squares, and those of further rows; refuses a number that is none, naming its row. */
export function addSquares(before: number, { width, values }: Rows, firstRow: number): number {
  let sum = before
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (values[i] as number)
  if (sum < Infinity) return sum

  const bad = values.findIndex((x) => !Number.isFinite(x))
  const row = firstRow + Math.floor(bad / width)
  throw new MalformedError(
    `Entry ${bad % width} of gradient row ${row} is ${values[bad]}`,
    { row, entry: bad % width },
    'Look at the step that produced the gradients.',
  )
}

/**
 * Gradients up to so many times as wide as there are basis rows are narrow: their Xᵀ X is summed once, and power steps are
 * products with it. Of wider ones it would cost more than it saves, and soon not fit into memory.
 */
const NARROW = 4
const WIDEST_GRAM = 4_096

/** Xᵀ X of narrow rows, nothing of wide ones. */
export function* narrowGram(width: number, k: number): Fit<Float64Array | undefined> {
  return width > Math.min(NARROW * k, WIDEST_GRAM) ? undefined : yield { kind: 'gram' }
}

/** A power step, B Xᵀ X (k × w), from what `narrowGram` gave. */
export function* powerStep(
  basis: Float64Array,
  k: number,
  width: number,
  gram: Float64Array | undefined,
): Fit<Float64Array> {
  return gram ? timesTransposed(basis, gram, k, width, width) : yield { kind: 'power', basis, k }
}

/** B C Bᵀ (k × k) of the rows' curvature C = Xᵀ X / n, symmetric to the last bit. */
export function* curvatureAlong(
  basis: Float64Array,
  k: number,
  { n, width }: { readonly n: number; readonly width: number },
  gram: Float64Array | undefined,
): Fit<Float64Array> {
  const products = timesTransposed(basis, yield* powerStep(basis, k, width, gram), k, k, width)
  return products.map((_, at) => {
    const mirrored = (at % k) * k + Math.floor(at / k)
    return ((products[at] as number) + (products[mirrored] as number)) / (2 * n)
  })
}
