export const TRANSACTION = `query Transaction($hash: Bytes!, $block: AsOfBlock) {
  batches(where: { transactionHash: $hash }, limit: 20, block: $block) { items { id model count feesGwei block timestamp } }
  claims(where: { transactionHash: $hash }, limit: 50, block: $block) { items { account recipient amountGwei block timestamp } }
  models(where: { transactionHash: $hash }, limit: 5, block: $block) { items { id name block } }
  contributions(where: { transactionHash: $hash }, limit: 20, block: $block) { items { id dataset itemCount block } }
  settlements(where: { transactionHash: $hash }, limit: 20, block: $block) { items { book model settledBlock } }
  strikes(where: { transactionHash: $hash }, limit: 20, block: $block) { items { kind model block } }
}`

export interface TransactionData {
  readonly batches: {
    readonly items: readonly {
      readonly id: string
      readonly model: number
      readonly count: number
      readonly feesGwei: string
      readonly block: number
      readonly timestamp: number
    }[]
  }
  readonly claims: {
    readonly items: readonly {
      readonly account: number
      readonly recipient: string
      readonly amountGwei: string
      readonly block: number
      readonly timestamp: number
    }[]
  }
  readonly models: {
    readonly items: readonly { readonly id: number; readonly name: string | null; readonly block: number }[]
  }
  readonly contributions: {
    readonly items: readonly {
      readonly id: string
      readonly dataset: number
      readonly itemCount: number
      readonly block: number
    }[]
  }
  readonly settlements: {
    readonly items: readonly { readonly book: string; readonly model: number; readonly settledBlock: number | null }[]
  }
  readonly strikes: {
    readonly items: readonly { readonly kind: string; readonly model: number; readonly block: number }[]
  }
}
