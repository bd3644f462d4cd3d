export const FEE_RECEIPT = `query FeeReceipt($block: AsOfBlock) {
  books(where: { status: Settled }, orderBy: windowEnd, orderDirection: desc, limit: 1, block: $block) {
    items {
      feesGwei
      settlement { contributorsGwei ownerGwei operatorGwei royaltiesGwei }
      payments(orderBy: amountGwei, orderDirection: desc, limit: 5) {
        items { amountGwei paidUnit { payeeAccount { id payout } } }
      }
      batches(limit: 1) {
        items {
          inferences(where: { status: Stands }, limit: 1) {
            items { batch position model feeGwei timestamp calledModel { name } }
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
      readonly payments: {
        readonly items: readonly {
          readonly amountGwei: string
          readonly paidUnit: { readonly payeeAccount: { readonly id: number; readonly payout: string } | null }
        }[]
      }
      readonly batches: {
        readonly items: readonly { readonly inferences: { readonly items: readonly ReceiptAnswer[] } }[]
      }
    }[]
  }
}

interface ReceiptAnswer {
  readonly batch: string
  readonly position: number
  readonly model: number
  readonly feeGwei: string
  readonly timestamp: number
  readonly calledModel: { readonly name: string | null }
}
