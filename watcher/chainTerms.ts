import type { Connection } from '../sdk/contracts.ts'

/** What the contracts say now of time and money, as far as a watcher depends on it. */
export interface ChainTerms {
  /** Their clock. */
  readonly now: number
  readonly windowSeconds: number
  /** What a demand stakes: of a unit or an item, and of a record. */
  readonly unitFeeGwei: bigint
  readonly recordFeeGwei: bigint
}

export async function chainTerms({ reader, contracts }: Connection): Promise<ChainTerms> {
  const { clock, court, ledger, unitCourt } = contracts
  const [now, { windowSeconds }, ofUnits, ofRecords] = await Promise.all([
    reader.readContract({ ...clock, functionName: 'time' }),
    reader.readContract({ ...ledger, functionName: 'terms' }),
    reader.readContract({ ...unitCourt, functionName: 'terms' }),
    reader.readContract({ ...court, functionName: 'terms' }),
  ])
  return { now, windowSeconds, unitFeeGwei: ofUnits.demandFeeGwei, recordFeeGwei: ofRecords.demandFeeGwei }
}
