export const FEE_RECEIPT = `query FeeReceipt($block: AsOfBlock) {
  books(where: { status: Settled }, orderBy: windowEnd, orderDirection: desc, limit: 1, block: $block) {
    items {
      feesGwei
      settlement { contributorsGwei ownerGwei operatorGwei royaltiesGwei }
      unitPayments(orderBy: amountGwei, orderDirection: desc, limit: 5) {
        items { amountGwei unit { payee { accountId payout } } }
      }
      batches(limit: 1) {
        items {
          inferences(where: { status: Stands }, limit: 1) {
            items { batchId position feeGwei timestamp model { modelId name } }
          }
        }
      }
    }
  }
}`

export interface FeeReceiptData {
  readonly books: {
    readonly items: readonly {
      readonly feesGwei: string
      readonly settlement: {
        readonly contributorsGwei: string
        readonly ownerGwei: string | null
        readonly operatorGwei: string | null
        readonly royaltiesGwei: string | null
      } | null
      readonly unitPayments: {
        readonly items: readonly {
          readonly amountGwei: string
          readonly unit: { readonly payee: { readonly accountId: number; readonly payout: string } | null }
        }[]
      }
      readonly batches: {
        readonly items: readonly { readonly inferences: { readonly items: readonly ReceiptAnswer[] } }[]
      }
    }[]
  }
}

interface ReceiptAnswer {
  readonly batchId: string
  readonly position: number
  readonly feeGwei: string
  readonly timestamp: number
  readonly model: { readonly modelId: number; readonly name: string | null }
}
