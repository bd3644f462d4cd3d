import type { Hex } from 'viem'
import type { SettledBook } from './home.ts'
import type { Strike } from './model.ts'

export const AUDITOR = `query Auditor($block: AsOfBlock) {
  completeness(limit: 50, block: $block) { items { first last verdict } }
  stretches(where: { journals_in: [Proof, Storage] }, orderBy: first, orderDirection: desc, limit: 1, block: $block) {
    items { last journals }
  }
  journals(limit: 50, block: $block) { items { contract count head block } }
  strikes(orderBy: block, orderDirection: desc, limit: 50, block: $block) {
    totalCount
    items { id kind fault unitId timestamp slashedGwei transactionHash }
  }
  settled: books(where: { status: Settled }, limit: 500, block: $block) {
    totalCount
    items {
      id number inferenceCount voidedCount feesGwei givenGwei
      settlement { contributorsGwei operatorGwei ownerGwei royaltiesGwei treasuryGwei }
    }
  }
  ledgerTerms(orderBy: block, orderDirection: desc, limit: 1, block: $block) {
    items { epochSeconds windowSeconds minBookGwei treasuryBps block }
  }
  bondRules(orderBy: block, orderDirection: desc, limit: 1, block: $block) {
    items { minimumGwei perRecordGwei ratioBps bountyBps }
  }
  revertedBlocks(orderBy: number, orderDirection: desc, limit: 20, block: $block) {
    totalCount
    items { number hash timestamp revertedAtMs revertedFacts(limit: 1) { totalCount } }
  }
}`

export interface AuditorData {
  readonly completeness: { readonly items: readonly Completeness[] }
  readonly stretches: { readonly items: readonly { readonly last: number; readonly journals: 'Proof' | 'Storage' }[] }
  readonly journals: {
    readonly items: readonly {
      readonly contract: string
      readonly count: number
      readonly head: Hex
      readonly block: number
    }[]
  }
  readonly strikes: { readonly totalCount: number; readonly items: readonly Strike[] }
  readonly settled: {
    readonly totalCount: number
    readonly items: readonly (SettledBook & { readonly givenGwei: string })[]
  }
  readonly ledgerTerms: {
    readonly items: readonly {
      readonly epochSeconds: number
      readonly windowSeconds: number
      readonly minBookGwei: string
      readonly treasuryBps: number
      readonly block: number
    }[]
  }
  readonly bondRules: {
    readonly items: readonly {
      readonly minimumGwei: string
      readonly perRecordGwei: string
      readonly ratioBps: number
      readonly bountyBps: number
    }[]
  }
  readonly revertedBlocks: {
    readonly totalCount: number
    readonly items: readonly {
      readonly number: number
      readonly hash: Hex
      readonly timestamp: number
      readonly revertedAtMs: number
      readonly revertedFacts: { readonly totalCount: number }
    }[]
  }
}

export interface Completeness {
  readonly first: number
  readonly last: number
  readonly verdict: 'Receipts' | 'Bloom' | 'Told'
}
