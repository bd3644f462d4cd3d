import type { BookStatus, InferenceStatus } from '../parts/pill.tsx'

export const FOLLOWED = `query Followed($hashes: [Bytes!]!, $block: AsOfBlock) {
  inferences(where: { recordHash_in: $hashes }, limit: 20, block: $block) {
    items {
      recordHash batchId position status block
      book { bookId number status settleableAt settlement { contributorsGwei settledBlock } }
    }
  }
}`

export interface FollowedData {
  readonly inferences: { readonly items: readonly FollowedAnswer[] }
}

export interface FollowedAnswer {
  readonly recordHash: string
  readonly batchId: string
  readonly position: number
  readonly status: InferenceStatus
  readonly block: number
  readonly book: {
    readonly bookId: string
    readonly number: number
    readonly status: BookStatus
    readonly settleableAt: number
    readonly settlement: { readonly contributorsGwei: string; readonly settledBlock: number | null } | null
  }
}

export const EARNERS = `query Earners($book: BigInt!, $block: AsOfBlock) {
  credits(where: { bookId: $book }, limit: 200, block: $block) {
    items { accountId block account { claims(orderBy: block, orderDirection: desc, limit: 1) { items { block } } } }
  }
}`

export interface EarnersData {
  readonly credits: {
    readonly items: readonly {
      readonly accountId: number
      readonly block: number
      readonly account: { readonly claims: { readonly items: readonly { readonly block: number }[] } }
    }[]
  }
}
