import { type Contracts, contractsOf, type ReadingClient } from '@attribution-ledger/sdk'
import { useMemo } from 'react'
import { usePage } from '../context.ts'
import { useNode } from './useNode.ts'

/** A client that reads the ledger's chain, and the contracts there: pages that need them are loaded when they are opened. */
export function useReader(): { readonly client: ReadingClient; readonly contracts: Contracts } {
  const { deployment } = usePage()
  const client = useNode()
  const contracts = useMemo(() => contractsOf(deployment), [deployment])
  return { client, contracts }
}
