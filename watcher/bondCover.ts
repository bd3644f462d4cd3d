import { bondOfAccount } from '../sdk/bond.ts'
import type { Connection } from '../sdk/contracts.ts'
import type { ChainTerms } from './chainTerms.ts'
import { type Challenge, isDemand } from './challenge.ts'

/** The demands that an account's bond covers, by the contracts' own rule. */
export interface Covered {
  readonly challenges: readonly Challenge[]
  /** How many demands are covered, and by how much free bond; undefined if all are. */
  readonly shortfall: { readonly demands: number; readonly covered: number; readonly freeGwei: bigint } | undefined
}

/**
 * Leaves out the demands that the bond does not cover: each stakes a fee, and a court reverts
 * without it.
 */
export async function coveredByBond(
  { reader, contracts }: Connection,
  account: number,
  { unitFeeGwei, recordFeeGwei }: ChainTerms,
  planned: readonly Challenge[],
): Promise<Covered> {
  const demands = planned.filter(isDemand)
  if (demands.length === 0) return { challenges: planned, shortfall: undefined }
  const args = [bondOfAccount(account)] as const
  const [bond, requiredGwei] = await Promise.all([
    reader.readContract({ ...contracts.bonds, functionName: 'bondStateOf', args }),
    reader.readContract({ ...contracts.bonds, functionName: 'requiredOf', args }),
  ])
  const freeGwei = bond.balanceGwei - bond.leavingGwei - bond.heldGwei - requiredGwei
  let leftGwei = freeGwei
  const dropped = new Set<Challenge>()
  for (const demand of demands) {
    const feeGwei = demand.kind === 'DemandRecord' ? recordFeeGwei : unitFeeGwei
    if (feeGwei > leftGwei) dropped.add(demand)
    else leftGwei -= feeGwei
  }
  const covered = demands.length - dropped.size
  return {
    challenges: planned.filter((challenge) => !dropped.has(challenge)),
    shortfall: dropped.size === 0 ? undefined : { demands: demands.length, covered, freeGwei },
  }
}
