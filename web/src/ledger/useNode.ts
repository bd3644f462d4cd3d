import type { ReadingClient } from '@attribution-ledger/sdk'
import { useClient } from 'wagmi'
import { usePage } from '../context.ts'

/** A client that reads the ledger's chain. */
export function useNode(): ReadingClient {
  const { chainId } = usePage().deployment
  const client = useClient({ chainId })
  if (client === undefined) throw new Error(`wagmi has no client of chain ${chainId}`)
  return client
}
