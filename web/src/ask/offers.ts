import type { Deployment } from '@attribution-ledger/sdk'
import { useQuery } from '@tanstack/react-query'
import { usePage } from '../context.ts'

/** A model as a gateway offers it, and what it charges, in gwei. */
export interface Offer {
  /** What callers name it. */
  readonly name: string
  /** A classifier says a label; a chat model answers in words. */
  readonly endpoint: 'classifications' | 'chat'
  readonly model: number
  readonly operator: number
  readonly baseGwei: bigint
  readonly perThousandInGwei: bigint
  readonly perThousandOutGwei: bigint
}

const PATIENCE_MS = 10_000
const AGAIN_MS = 5_000

/** The models that the gateway of this page serves. */
export function useOffers() {
  const { gatewayUrl, deployment } = usePage()
  return useQuery<readonly Offer[]>({
    queryKey: ['gateway', 'models', gatewayUrl],
    enabled: gatewayUrl !== undefined,
    retry: 0,
    // A gateway may start after its page.
    refetchInterval: ({ state: { status } }) => (status === 'error' ? AGAIN_MS : false),
    queryFn: async ({ signal }) => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
      const response = await fetch(`${gatewayUrl}/v1/models`, { signal: patience }).catch((error: unknown) => {
        if (signal.aborted) throw error
        throw new Error(`The gateway at ${gatewayUrl} does not answer now`)
      })
      if (!response.ok) throw new Error(`The gateway at ${gatewayUrl} answered ${response.status}`)
      return offersIn(await response.json().catch(() => undefined), deployment)
    },
  })
}

interface ModelObject {
  readonly id: string
  readonly endpoints: readonly string[]
  readonly price: Readonly<Record<'base_gwei' | 'per_1000_tokens_in_gwei' | 'per_1000_tokens_out_gwei', string>>
  readonly attribution: {
    readonly model: number
    readonly operator: number
    readonly chain_id: number
    readonly channels: string
    readonly ledger: string
  }
}

/** What `/v1/models` says, held to the ledger of this page: vouchers and receipts would be of no use on another. */
function offersIn(answer: unknown, { chainId, contracts }: Deployment): readonly Offer[] {
  const isHere = ({ attribution: { chain_id, channels, ledger } }: ModelObject) =>
    chain_id === chainId && isSame(channels, contracts.channels) && isSame(ledger, contracts.ledger)
  let offers: readonly Offer[]
  let isElsewhere: boolean
  try {
    const { data } = answer as { readonly data: readonly ModelObject[] }
    offers = data.filter(isHere).flatMap(offerIn)
    isElsewhere = data.length > 0 && !data.some(isHere)
  } catch {
    throw new Error('The gateway’s list of models is not one that this page can read')
  }
  if (!isElsewhere) return offers
  throw new Error('The gateway serves models of another ledger. Ask the host of this page to name one of this ledger')
}

function offerIn({ id, endpoints, price, attribution: { model, operator } }: ModelObject): readonly Offer[] {
  const endpoint = (['classifications', 'chat'] as const).find((one) => endpoints.includes(one))
  if (endpoint === undefined) return []
  return [
    {
      name: id,
      endpoint,
      model,
      operator,
      baseGwei: BigInt(price.base_gwei),
      perThousandInGwei: BigInt(price.per_1000_tokens_in_gwei),
      perThousandOutGwei: BigInt(price.per_1000_tokens_out_gwei),
    },
  ]
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
