import type { BookStatus, ModelState } from '../parts/pill.tsx'

export const ACCOUNT = `query Account($id: UInt!, $block: AsOfBlock) {
  account(id: $id, block: $block) {
    id payout earnedGwei claimedGwei claimableGwei
    contributorGwei jointMemberGwei operatorGwei ownerGwei royaltyGwei treasuryGwei refundGwei bountyGwei
    credits(orderBy: block, orderDirection: desc, limit: 500) {
      totalCount
      items {
        role model book amountGwei block logIndex position
        calledModel { id name }
        settledBook { id number inferenceCount status closesAt settlement { contributorsGwei } }
      }
    }
    claims(orderBy: block, orderDirection: desc, limit: 500) {
      items { recipient amountGwei block transactionHash timestamp }
    }
    days(orderBy: day, limit: 500) { items { day earnedGwei claimedGwei } }
    units(limit: 100) {
      items { model unit keptRows fixedWeight receivedGwei struckAt ofModel { id name state activeFrom } ofContribution { itemCount } }
    }
    contributions(limit: 100) { items { id dataset itemCount status } }
  }
}`

export interface AccountData {
  readonly account: Account | null
}

export interface Account {
  readonly id: number
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
  readonly days: { readonly items: readonly AccountDay[] }
  readonly units: { readonly items: readonly AccountUnit[] }
  readonly contributions: { readonly items: readonly AccountContribution[] }
}

export interface Credit {
  readonly role: Role
  readonly model: number | null
  readonly book: string | null
  readonly amountGwei: string
  readonly block: number
  readonly logIndex: number
  readonly position: number
  readonly calledModel: { readonly id: number; readonly name: string | null } | null
  readonly settledBook: {
    readonly id: string
    readonly number: number
    readonly inferenceCount: number
    readonly status: BookStatus
    readonly closesAt: number
    readonly settlement: { readonly contributorsGwei: string } | null
  } | null
}

export type Role = 'Contributor' | 'JointMember' | 'Operator' | 'Owner' | 'Royalty' | 'Treasury' | 'Refund' | 'Bounty'

export interface ClaimRow {
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
  readonly model: number
  readonly unit: number
  readonly keptRows: number
  readonly fixedWeight: string
  readonly receivedGwei: string
  readonly struckAt: number | null
  readonly ofModel: {
    readonly id: number
    readonly name: string | null
    readonly state: ModelState
    readonly activeFrom: number | null
  }
  readonly ofContribution: { readonly itemCount: number } | null
}

export interface AccountContribution {
  readonly id: string
  readonly dataset: number
  readonly itemCount: number
  readonly status: 'Submitted' | 'Accepted' | 'Rejected' | 'Withdrawn'
}
