// The sum of a batch: its query sketches, each counted by its fee.
//
//   P_d = Σ_a w_a · [bit d of a]             w_a = 1 … 65,535 fee units
//
// docs/protocol.md, "Records and batches". records (fee, k / 8 bytes) → P (k).
//
// A batch has at most 1,024 records, so P ≤ 1,024 · 65,535 < 2^26.

import { MalformedError } from './malformed.ts'
import { isSet } from './querySketch.ts'

const MAX_RECORDS = 1_024
const MAX_FEE_UNITS = 65_535
/** The largest fees of a batch, and with them the largest entry of a sum. */
export const MAX_BATCH_UNITS: number = MAX_RECORDS * MAX_FEE_UNITS

/** All that a sum asks of a record: its fee in whole fee units, and its query sketch. */
export type WeighedSketch = { readonly feeUnits: number; readonly sketch: Uint8Array }

/** P of a batch's records. Empty where the model's records carry no sketch (k = 0). */
export function batchSum(records: readonly WeighedSketch[], k: number): Uint32Array {
  if (records.length > MAX_RECORDS) {
    throw new MalformedError(
      `A batch cannot have ${records.length} records`,
      { records: records.length },
      `Split it into batches of at most ${MAX_RECORDS}.`,
    )
  }
  const sum = new Uint32Array(k)
  records.forEach((record, index) => {
    checkRecord(record, index, k)
    addRecord(sum, record, 1)
  })
  return sum
}

/** The sum without one of its records, which was voided or set aside. */
export function withoutRecord(sum: Uint32Array, record: WeighedSketch): Uint32Array {
  checkRecord(record, 0, sum.length)
  const d = sum.findIndex((x, at) => isSet(record.sketch, at) && x < record.feeUnits)
  if (d >= 0) {
    throw new MalformedError(
      `A record of ${record.feeUnits} fee units is not in a sum with ${sum[d]} in dimension ${d}`,
      { feeUnits: record.feeUnits, dimension: d, sum: sum[d] as number },
      'Take out a record of the same batch, once.',
    )
  }
  const rest = sum.slice()
  addRecord(rest, record, -1)
  return rest
}

function addRecord(sum: Uint32Array, { feeUnits, sketch }: WeighedSketch, sign: 1 | -1): void {
  for (let d = 0; d < sum.length; d++) if (isSet(sketch, d)) sum[d] = (sum[d] as number) + sign * feeUnits
}

function checkRecord({ feeUnits, sketch }: WeighedSketch, index: number, k: number): void {
  if (Number.isInteger(feeUnits) && feeUnits >= 1 && feeUnits <= MAX_FEE_UNITS && sketch.length === k / 8) return
  throw new MalformedError(
    `Record ${index} has a fee of ${feeUnits} units and a sketch of ${sketch.length} bytes`,
    { record: index, feeUnits, bytes: sketch.length },
    `A fee is 1 to ${MAX_FEE_UNITS} whole units; with ${k} dimensions a sketch has ${k / 8} bytes.`,
  )
}
