// Rows beside queries: what is on chain of a query is the sign of each of its dimensions, so a row is taken by its signs too.
//
//   sign_d = +1 where code_d > 0, −1 where code_d < 0, either where code_d = 0
//
// A code of zero says that a dimension was small, not on which side of zero it was. As good as even chances are what small values
// have, so the side is drawn; left at zero, rows would differ from queries by their zeros alone.
//
// codes of rows (n × k), a seed → signs (n × k)

import { type RandomSource, randomSource } from '../random.ts'

export function rowSigns(rows: readonly Int8Array[], seed = 1): readonly Int8Array[] {
  const next = randomSource(seed, rows.length)
  return rows.map((codes) => codes.map((code) => Math.sign(code) || drawSign(next)))
}

function drawSign(next: RandomSource): number {
  return next() < 2 ** 31 ? -1 : 1
}
