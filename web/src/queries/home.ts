import type { BookStatus } from '../parts/pill.tsx'

export const HOME = `query Home($block: AsOfBlock) {
  batches(orderBy: batchId, orderDirection: desc, limit: 10, block: $block) {
    totalCount
    items { batchId count feesGwei timestamp transactionHash model { modelId name } book { status } }
  }
  claims(orderBy: block, orderDirection: desc, limit: 10, block: $block) {
    totalCount
    items { id accountId recipient amountGwei timestamp }
  }
  inferences(limit: 1, orderBy: batchId, orderDirection: desc, block: $block) {
    totalCount
    items { batchId position }
  }
  settled: books(where: { status: Settled }, limit: 500, block: $block) {
    totalCount
    items {
      id number inferenceCount voidedCount feesGwei
      settlement { contributorsGwei operatorGwei ownerGwei royaltiesGwei treasuryGwei }
    }
  }
  unsettled: books(where: { status_not: Settled }, limit: 20, block: $block) {
    totalCount
    items { id inferenceCount batches(limit: 50) { items { timestamp feesGwei } } }
  }
  modelDays(orderBy: day, orderDirection: desc, limit: 300, block: $block) {
    items { modelId day inferenceCount feesGwei voidedGwei contributorsGwei }
  }
  accounts(orderBy: contributorGwei, orderDirection: desc, limit: 8, block: $block) {
    items { accountId payout contributorGwei }
  }
  contributing: accounts(where: { contributorGwei_gt: "0" }, limit: 1, block: $block) { totalCount }
  claimed: accounts(where: { claimedGwei_gt: "0" }, orderBy: claimedGwei, orderDirection: desc, limit: 500, block: $block) {
    totalCount
    items { claimedGwei }
  }
  datasets(limit: 1, block: $block) { totalCount }
}`

export interface HomeData {
  readonly batches: {
    readonly totalCount: number
    readonly items: readonly {
      readonly batchId: string
      readonly count: number
      readonly feesGwei: string
      readonly timestamp: number
      readonly transactionHash: string
      readonly model: { readonly modelId: number; readonly name: string | null }
      readonly book: { readonly status: BookStatus }
    }[]
  }
  readonly claims: {
    readonly totalCount: number
    readonly items: readonly {
      readonly id: string
      readonly accountId: number
      readonly recipient: string
      readonly amountGwei: string
      readonly timestamp: number
    }[]
  }
  readonly inferences: {
    readonly totalCount: number
    readonly items: readonly { readonly batchId: string; readonly position: number }[]
  }
  readonly settled: {
    readonly totalCount: number
    readonly items: readonly SettledBook[]
  }
  readonly unsettled: {
    readonly totalCount: number
    readonly items: readonly {
      readonly id: string
      readonly inferenceCount: number
      readonly batches: { readonly items: readonly { readonly timestamp: number; readonly feesGwei: string }[] }
    }[]
  }
  readonly modelDays: { readonly items: readonly ModelDay[] }
  readonly accounts: {
    readonly items: readonly {
      readonly accountId: number
      readonly payout: string
      readonly contributorGwei: string
    }[]
  }
  readonly contributing: { readonly totalCount: number }
  readonly claimed: { readonly totalCount: number; readonly items: readonly { readonly claimedGwei: string }[] }
  readonly datasets: { readonly totalCount: number }
}

export interface SettledBook {
  readonly id: string
  readonly number: number
  readonly inferenceCount: number
  readonly voidedCount: number
  readonly feesGwei: string
  readonly settlement: {
    readonly contributorsGwei: string
    readonly operatorGwei: string | null
    readonly ownerGwei: string | null
    readonly royaltiesGwei: string | null
    readonly treasuryGwei: string | null
  } | null
}

export interface ModelDay {
  readonly modelId: number
  readonly day: number
  readonly inferenceCount: number
  readonly feesGwei: string
  readonly voidedGwei: string
  readonly contributorsGwei: string
}
