// When a batch is sent: pure. A full one at once, one whose oldest call is old enough too, and before that one that waited a little while
// gas is cheap.

export interface FillRule {
  /** Calls in one transaction. */
  readonly records: number
  /** Of its calldata: pools refuse transactions above 128 KiB. */
  readonly bytes: number
  /** The oldest call waits so long at the most. */
  readonly ageSeconds: number
  /** After so long it waits for gas below `cheapGasWei` only. */
  readonly patienceSeconds: number
  readonly cheapGasWei: bigint
}

export const USUAL_FILL: FillRule = {
  records: 200,
  bytes: 120_000,
  ageSeconds: 3_600,
  patienceSeconds: 300,
  cheapGasWei: 0n,
}

export interface Waiting {
  /** That fit into the next batch. */
  readonly records: number
  /** Whether more wait than fit. */
  readonly isFull: boolean
  readonly oldestSeconds: number
  readonly gasPriceWei: bigint
}

export function isDue({ records, isFull, oldestSeconds, gasPriceWei }: Waiting, rule: FillRule): boolean {
  if (records === 0) return false
  if (isFull || records >= rule.records || oldestSeconds >= rule.ageSeconds) return true
  return oldestSeconds >= rule.patienceSeconds && gasPriceWei <= rule.cheapGasWei
}
