// The sum of a book: what its batches come to, in any order and however its records are batched.
//
//   F   = Σ_a w_a
//   Q_d = Σ_a w_a · q_a,d = 2 · P_d − F          over the batches; −F ≤ Q_d ≤ F
//
// docs/protocol.md, "Books and pay". fees and sums of batches (P (k)) → F, Q (k). Fees are gwei at
// least, so F < 2^60.

import { MalformedError } from './malformed.ts'
import { MAX_BATCH_UNITS } from './querySum.ts'

/** All that a book asks of a batch: its fees in units, and its sum. */
export type BatchSum = { readonly feeUnits: number; readonly sum: Uint32Array }

/** F and Q. */
export type BookSum = { readonly feeUnits: bigint; readonly query: BigInt64Array }

export function bookSum(batches: readonly BatchSum[], k: number): BookSum {
  const query = new BigInt64Array(k)
  let total = 0n
  batches.forEach((batch, number) => {
    checkBatch(batch, number, k)
    const { feeUnits, sum } = batch
    total += BigInt(feeUnits)
    for (let d = 0; d < k; d++) query[d] = (query[d] as bigint) + BigInt(2 * (sum[d] as number) - feeUnits)
  })
  return { feeUnits: total, query }
}

function checkBatch({ feeUnits, sum }: BatchSum, number: number, k: number): void {
  const largest = sum.reduce((most, x) => Math.max(most, x), 0)
  const possible = Number.isInteger(feeUnits) && feeUnits <= MAX_BATCH_UNITS && largest <= feeUnits
  if (possible && sum.length === k) return
  throw new MalformedError(
    `Batch ${number} has fees of ${feeUnits} units and a sum of ${sum.length} dimensions up to ${largest}`,
    { batch: number, feeUnits, dimensions: sum.length, largest },
    `A sum has ${k} dimensions, none above the batch’s fees of at most ${MAX_BATCH_UNITS} units.`,
  )
}
