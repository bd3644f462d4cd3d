import type { BookStatus, ModelState } from '../parts/pill.tsx'

export const ACCOUNT = `query Account($id: ID!, $block: AsOfBlock) {
  account(id: $id, block: $block) {
    accountId payout earnedGwei claimedGwei claimableGwei
    contributorGwei jointMemberGwei operatorGwei ownerGwei royaltyGwei treasuryGwei refundGwei bountyGwei
    credits(orderBy: block, orderDirection: desc, limit: 500) {
      totalCount
      items {
        id role amountGwei block timestamp
        model { modelId name }
        book { bookId number inferenceCount status closesAt settlement { contributorsGwei } }
      }
    }
    claims(orderBy: block, orderDirection: desc, limit: 500) {
      items { id recipient amountGwei block transactionHash timestamp }
    }
    accountDays(orderBy: day, limit: 500) { items { day earnedGwei claimedGwei } }
    units(limit: 100) {
      items { unitId keptRows receivedGwei struckAt model { modelId name state activeFrom } contribution { itemCount } }
    }
    contributions(limit: 100) { items { contributionId datasetId itemCount status } }
  }
}`

export interface AccountData {
  readonly account: Account | null
}

export interface Account {
  readonly accountId: number
  readonly payout: string
  readonly earnedGwei: string
  readonly claimedGwei: string
  readonly claimableGwei: string
  readonly contributorGwei: string
  readonly jointMemberGwei: string
  readonly operatorGwei: string
  readonly ownerGwei: string
  readonly royaltyGwei: string
  readonly treasuryGwei: string
  readonly refundGwei: string
  readonly bountyGwei: string
  readonly credits: { readonly totalCount: number; readonly items: readonly Credit[] }
  readonly claims: { readonly items: readonly ClaimRow[] }
  readonly accountDays: { readonly items: readonly AccountDay[] }
  readonly units: { readonly items: readonly AccountUnit[] }
  readonly contributions: { readonly items: readonly AccountContribution[] }
}

export interface Credit {
  readonly id: string
  readonly role: Role
  readonly amountGwei: string
  readonly block: number
  readonly timestamp: number
  readonly model: { readonly modelId: number; readonly name: string | null } | null
  readonly book: {
    readonly bookId: string
    readonly number: number
    readonly inferenceCount: number
    readonly status: BookStatus
    readonly closesAt: number
    readonly settlement: { readonly contributorsGwei: string } | null
  } | null
}

export type Role = 'Contributor' | 'JointMember' | 'Operator' | 'Owner' | 'Royalty' | 'Treasury' | 'Refund' | 'Bounty'

export interface ClaimRow {
  readonly id: string
  readonly recipient: string
  readonly amountGwei: string
  readonly block: number
  readonly transactionHash: string
  readonly timestamp: number
}

export interface AccountDay {
  readonly day: number
  readonly earnedGwei: string
  readonly claimedGwei: string
}

export interface AccountUnit {
  readonly unitId: number
  readonly keptRows: number
  readonly receivedGwei: string
  readonly struckAt: number | null
  readonly model: {
    readonly modelId: number
    readonly name: string | null
    readonly state: ModelState
    readonly activeFrom: number | null
  }
  readonly contribution: { readonly itemCount: number } | null
}

export interface AccountContribution {
  readonly contributionId: string
  readonly datasetId: number
  readonly itemCount: number
  readonly status: 'Submitted' | 'Accepted' | 'Rejected' | 'Withdrawn'
}
