import type { Connection } from '../sdk/contracts.ts'

/** The contracts' time and fees that a watcher depends on. */
export interface ChainTerms {
  /** Their clock. */
  readonly now: number
  readonly windowSeconds: number
  /** The stake of a demand for a unit or an item, and for a record. */
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
