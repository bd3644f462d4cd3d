export const TRANSACTION = `query Transaction($hash: Bytes!, $block: AsOfBlock) {
  batches(where: { transactionHash: $hash }, limit: 20, block: $block) { items { batchId modelId count feesGwei block } }
  claims(where: { transactionHash: $hash }, limit: 50, block: $block) { items { id accountId recipient amountGwei block } }
  models(where: { transactionHash: $hash }, limit: 5, block: $block) { items { modelId name } }
  contributions(where: { transactionHash: $hash }, limit: 20, block: $block) { items { id datasetId itemCount } }
  settlements(where: { transactionHash: $hash }, limit: 20, block: $block) { items { id modelId } }
  strikes(where: { transactionHash: $hash }, limit: 20, block: $block) { items { id modelId } }
}`

export interface TransactionData {
  readonly batches: {
    readonly items: readonly {
      readonly batchId: string
      readonly modelId: number
      readonly count: number
      readonly feesGwei: string
      readonly block: number
    }[]
  }
  readonly claims: {
    readonly items: readonly {
      readonly id: string
      readonly accountId: number
      readonly recipient: string
      readonly amountGwei: string
      readonly block: number
    }[]
  }
  readonly models: { readonly items: readonly { readonly modelId: number; readonly name: string | null }[] }
  readonly contributions: {
    readonly items: readonly { readonly id: string; readonly datasetId: number; readonly itemCount: number }[]
  }
  readonly settlements: { readonly items: readonly OfModel[] }
  readonly strikes: { readonly items: readonly OfModel[] }
}

interface OfModel {
  readonly id: string
  readonly modelId: number
}
