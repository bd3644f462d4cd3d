import type { Hex } from 'viem'
import type { BookStatus, InferenceStatus } from '../parts/pill.tsx'

export const ANSWERS = `query Answers($block: AsOfBlock, $after: String, $where: InferenceWhere) {
  inferences(where: $where, orderBy: batch, orderDirection: desc, limit: 50, after: $after, block: $block) {
    totalCount
    pageInfo { endCursor hasNextPage }
    items { batch position model payer feeGwei status timestamp calledModel { name } inBook { number status } }
  }
}`

export interface AnswersData {
  readonly inferences: {
    readonly totalCount: number
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
    readonly items: readonly {
      readonly batch: string
      readonly position: number
      readonly model: number
      readonly payer: number
      readonly feeGwei: string
      readonly status: InferenceStatus
      readonly timestamp: number
      readonly calledModel: { readonly name: string | null }
      readonly inBook: { readonly number: number; readonly status: BookStatus }
    }[]
  }
}

export const ANSWER = `query Answer($batch: BigInt!, $position: UInt!, $block: AsOfBlock) {
  _meta(block: $block) { block hash }
  inference(batch: $batch, position: $position, block: $block) {
    batch position book model operator payer salt feeUnits feeGwei commitment recordHash sketch status timestamp block
    calledModel { name contributorBps }
    recordedBatch { number block count units root sumHash }
    proof { path root }
    inBook {
      number status feesGwei operatorAccount { id payout }
      calledModel { ownerAccount { id payout } }
      pay {
        pending totalGwei contributorsGwei operatorGwei ownerGwei royaltiesGwei treasuryGwei
        units(limit: 8) { totalCount items { number amountGwei unit { payee payeeAccount { payout } } } }
        royalties { creditedAccount { id payout } amountGwei }
      }
    }
    explanation {
      source note
      units(limit: 500) { totalCount items { number term unit { payee payeeAccount { payout } } } }
      for(limit: 8) { items { ...Row } }
      against(limit: 8) { items { ...Row } }
    }
  }
}
fragment Row on RowTerm { number row term itemHash unit { payee payeeAccount { payout } } }`

export interface AnswerData {
  readonly _meta: { readonly block: number; readonly hash: Hex }
  readonly inference: Inference | null
}

export interface Inference {
  readonly batch: string
  readonly position: number
  readonly book: string
  readonly model: number
  readonly operator: number
  readonly payer: number
  readonly salt: number
  readonly feeUnits: number
  readonly feeGwei: string
  readonly commitment: Hex
  readonly recordHash: Hex
  readonly sketch: Hex | null
  readonly status: InferenceStatus
  readonly timestamp: number
  readonly block: number
  readonly calledModel: { readonly name: string | null; readonly contributorBps: number | null }
  readonly recordedBatch: {
    readonly number: number
    readonly block: number
    readonly count: number
    readonly units: number
    readonly root: Hex
    readonly sumHash: Hex
  }
  readonly proof: { readonly path: readonly Hex[]; readonly root: Hex }
  readonly inBook: AnswerBook
  readonly explanation: Explanation
}

export interface AnswerBook {
  readonly number: number
  readonly status: BookStatus
  readonly feesGwei: string
  readonly operatorAccount: Party
  readonly calledModel: { readonly ownerAccount: Party }
  readonly pay: {
    readonly pending: boolean
    readonly totalGwei: string
    readonly contributorsGwei: string
    readonly operatorGwei: string
    readonly ownerGwei: string
    readonly royaltiesGwei: string
    readonly treasuryGwei: string
    readonly units: {
      readonly totalCount: number
      readonly items: readonly { readonly number: number; readonly amountGwei: string; readonly unit: Payee }[]
    }
    readonly royalties: readonly { readonly creditedAccount: Party; readonly amountGwei: string }[]
  }
}

export interface Party {
  readonly id: number
  readonly payout: string
}

/** Whom a unit pays; a joint unit has no payee of its own. */
export interface Payee {
  readonly payee: number | null
  readonly payeeAccount: { readonly payout: string } | null
}

export interface Explanation {
  readonly source: 'RowIndex' | 'Units' | 'FixedWeights' | 'KeptRows'
  readonly note: string
  readonly units: {
    readonly totalCount: number
    readonly items: readonly { readonly number: number; readonly term: string; readonly unit: Payee }[]
  }
  readonly for: { readonly items: readonly RowTerm[] }
  readonly against: { readonly items: readonly RowTerm[] }
}

export interface RowTerm {
  readonly number: number
  readonly row: number
  readonly term: string
  readonly itemHash: Hex
  readonly unit: Payee
}

export const BOOK_PROOF = `query BookProof($book: BigInt!, $block: AsOfBlock) {
  book(id: $book, block: $block) {
    batches(orderBy: id, limit: 500) { items { id number block count units root sumHash sum } }
    pay { units(limit: 500) { items { number amountGwei } } }
  }
}`

export interface BookProofData {
  readonly book: {
    readonly batches: {
      readonly items: readonly {
        readonly id: string
        readonly number: number
        readonly block: number
        readonly count: number
        readonly units: number
        readonly root: Hex
        readonly sumHash: Hex
        readonly sum: Hex
      }[]
    }
    readonly pay: {
      readonly units: { readonly items: readonly { readonly number: number; readonly amountGwei: string }[] }
    }
  } | null
}

export const BY_RECORD = `query ByRecord($hash: Bytes!) {
  inferences(where: { recordHash: $hash }, limit: 1) { items { batch position } }
}`

export interface FoundByRecord {
  readonly inferences: { readonly items: readonly { readonly batch: string; readonly position: number }[] }
}
