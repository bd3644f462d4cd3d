import { ask } from './ask.ts'

const CHAIN = `{ accounts(limit: 500) { items { id payout maturedGwei pendingGwei } }
     tabs(limit: 500) { items { payer operator balanceGwei maxFeeGwei leavingGwei leavesAt } }
     contributions(limit: 500) { items { id status acceptedAt withdrawnAt } }
     datasets(limit: 500) { items { id curator contributionCount acceptedCount versionCount } }
     versions(limit: 100) { items { id contributionCount itemCount contributions { items { id } totalCount } } }
     bonds(limit: 500) { items { id balanceGwei exposureGwei requiredGwei stakedGwei leavingGwei leavesAt frozenUntil stopped } }
     inferences(limit: 500) { items { batch position stands } pageInfo { hasNextPage } }
     demands(limit: 500) { items { model row demander dueAt feeGwei status } }
     appeals(limit: 500) { items { id appellant accused dueAt stakeGwei status } }
     models(limit: 500) { items { id stopped ratingCount ratingStars } }
     bondRules(orderBy: block, orderDirection: desc, limit: 1) { items { minimumGwei ratioBps bountyBps } }
     courtTerms(orderBy: block, orderDirection: desc, limit: 1) {
       items { demandFeeGwei demandSeconds appealStakeGwei rulingSeconds } }
     bondMoves(where: { kind: Slashed }, limit: 500) { items { amountGwei bountyGwei } }
     burns(limit: 500) { items { amountGwei } } }`

const POOLS = `{ pools(limit: 50) { items { id wallet itemCount receivedGwei claimedGwei
     shares(limit: 50) { items { contribution claimableGwei claimedGwei } } } } }`

/** Everything that a history holds of what the contracts can be asked for, in two questions: one may cost only so much. */
export async function askEverything(url: string): Promise<Everything> {
  return {
    ...(await ask<Omit<Everything, 'pools'>>(url, CHAIN)),
    ...(await ask<Pick<Everything, 'pools'>>(url, POOLS)),
  }
}

export interface Items<T> {
  readonly items: readonly T[]
}

interface FoundPool {
  readonly id: number
  readonly wallet: string
  readonly itemCount: string
  readonly receivedGwei: string
  readonly claimedGwei: string
  readonly shares: Items<{ contribution: `0x${string}`; claimableGwei: string; claimedGwei: string }>
}

interface Everything {
  readonly accounts: Items<{ id: number; payout: string; maturedGwei: string; pendingGwei: string }>
  readonly tabs: Items<{ payer: number; operator: number; balanceGwei: string }>
  readonly bonds: Items<{ id: number; balanceGwei: string; stakedGwei: string }>
  readonly inferences: Items<{ batch: string; position: number; stands: boolean }> & {
    readonly pageInfo: { readonly hasNextPage: boolean }
  }
  readonly demands: Items<{
    model: number
    row: number
    demander: number
    dueAt: number
    feeGwei: string
    status: string
  }>
  readonly appeals: Items<{
    id: string
    appellant: number
    accused: number
    dueAt: number
    stakeGwei: string
    status: string
  }>
  readonly models: Items<{ id: number; stopped: boolean; ratingCount: number; ratingStars: number }>
  readonly bondRules: Items<unknown>
  readonly courtTerms: Items<unknown>
  readonly bondMoves: Items<{ amountGwei: string; bountyGwei: string }>
  readonly burns: Items<{ amountGwei: string }>
  readonly contributions: Items<{ id: `0x${string}`; status: string; acceptedAt?: number; withdrawnAt?: number }>
  readonly datasets: Items<{ id: number; curator: string }>
  readonly versions: Items<{
    id: string
    contributionCount: number
    itemCount: string
    contributions: Items<{ id: `0x${string}` }> & { readonly totalCount: number }
  }>
  readonly pools: Items<FoundPool>
}
