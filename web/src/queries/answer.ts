import type { Hex } from 'viem'
import type { BookStatus, InferenceStatus } from '../parts/pill.tsx'

export const ANSWERS = `query Answers($block: AsOfBlock, $after: String, $where: InferenceWhere) {
  inferences(where: $where, orderBy: batchId, orderDirection: desc, limit: 50, after: $after, block: $block) {
    totalCount
    pageInfo { endCursor hasNextPage }
    items { id batchId position payerId feeGwei status timestamp model { modelId name } book { number status } }
  }
}`

export interface AnswersData {
  readonly inferences: {
    readonly totalCount: number
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
    readonly items: readonly {
      readonly id: string
      readonly batchId: string
      readonly position: number
      readonly payerId: number
      readonly feeGwei: string
      readonly status: InferenceStatus
      readonly timestamp: number
      readonly model: { readonly modelId: number; readonly name: string | null }
      readonly book: { readonly number: number; readonly status: BookStatus }
    }[]
  }
}

export const ANSWER = `query Answer($id: ID!, $block: AsOfBlock) {
  _meta(block: $block) { block hash }
  inference(id: $id, block: $block) {
    batchId position bookId modelId operatorId payerId salt feeUnits feeGwei commitment recordHash sketch status timestamp block
    model { name }
    batch { number block count units root sumHash }
    proof { path root }
    book {
      number status feesGwei operator { accountId payout }
      model { owner { accountId payout } }
      pay {
        pending totalGwei contributorsGwei operatorGwei ownerGwei royaltiesGwei treasuryGwei
        units(limit: 8) { totalCount items { unitId amountGwei unit { payee { accountId payout } } } }
        royalties { account { accountId payout } amountGwei }
      }
    }
    explanation {
      source note
      units(limit: 500) { totalCount items { unitId term unit { payee { accountId payout } } } }
      for(limit: 8) { items { ...Row } }
      against(limit: 8) { items { ...Row } }
    }
  }
}
fragment Row on RowTerm { unitId row term itemHash unit { payee { accountId payout } } }`

export interface AnswerData {
  readonly _meta: { readonly block: number; readonly hash: Hex }
  readonly inference: Inference | null
}

export interface Inference {
  readonly batchId: string
  readonly position: number
  readonly bookId: string
  readonly modelId: number
  readonly operatorId: number
  readonly payerId: number
  readonly salt: number
  readonly feeUnits: number
  readonly feeGwei: string
  readonly commitment: Hex
  readonly recordHash: Hex
  readonly sketch: Hex | null
  readonly status: InferenceStatus
  readonly timestamp: number
  readonly block: number
  readonly model: { readonly name: string | null }
  readonly batch: {
    readonly number: number
    readonly block: number
    readonly count: number
    readonly units: number
    readonly root: Hex
    readonly sumHash: Hex
  }
  readonly proof: { readonly path: readonly Hex[]; readonly root: Hex }
  readonly book: AnswerBook
  readonly explanation: Explanation
}

export interface AnswerBook {
  readonly number: number
  readonly status: BookStatus
  readonly feesGwei: string
  readonly operator: Party
  readonly model: { readonly owner: Party }
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
      readonly items: readonly { readonly unitId: number; readonly amountGwei: string; readonly unit: Payee }[]
    }
    readonly royalties: readonly { readonly account: Party; readonly amountGwei: string }[]
  }
}

export interface Party {
  readonly accountId: number
  readonly payout: string
}

/** Whom a unit pays; a joint unit has no payee of its own. */
export interface Payee {
  readonly payee: Party | null
}

export interface Explanation {
  readonly source: 'RowIndex' | 'Units' | 'FixedWeights' | 'KeptRows'
  readonly note: string
  readonly units: {
    readonly totalCount: number
    readonly items: readonly { readonly unitId: number; readonly term: string; readonly unit: Payee }[]
  }
  readonly for: { readonly items: readonly RowTerm[] }
  readonly against: { readonly items: readonly RowTerm[] }
}

export interface RowTerm {
  readonly unitId: number
  readonly row: number
  readonly term: string
  readonly itemHash: Hex
  readonly unit: Payee
}

export const BOOK_PROOF = `query BookProof($id: ID!, $block: AsOfBlock) {
  book(id: $id, block: $block) {
    batches(orderBy: batchId, limit: 500) { items { batchId number block count units root sumHash sum } }
    pay { units(limit: 500) { items { unitId amountGwei } } }
  }
}`

export interface BookProofData {
  readonly book: {
    readonly batches: {
      readonly items: readonly {
        readonly batchId: string
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
      readonly units: { readonly items: readonly { readonly unitId: number; readonly amountGwei: string }[] }
    }
  } | null
}

export const BY_RECORD = `query ByRecord($hash: Bytes!) {
  inferences(where: { recordHash: $hash }, limit: 1) { items { batchId position } }
}`

export interface FoundByRecord {
  readonly inferences: { readonly items: readonly { readonly batchId: string; readonly position: number }[] }
}
