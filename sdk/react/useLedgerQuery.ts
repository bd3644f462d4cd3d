import { queryOptions, useQuery } from '@tanstack/react-query'
import { useClient } from 'wagmi'
import type { OnDeployment, ReadingClient } from '../actions/client.ts'
import type { Deployment } from '../deployment.ts'

/** Of everything that is read of a deployment: what a transaction makes stale. */
export function keyOf({ chainId, contracts }: Deployment): readonly unknown[] {
  return ['attribution-ledger', chainId, contracts.ledger]
}

/** A read by wagmi’s client of the deployment's chain. Nothing is asked while `args` lacks something. */
export function useLedgerQuery<args extends OnDeployment, result>(
  name: string,
  read: (client: ReadingClient, args: args) => Promise<result>,
  args: args,
  isWhole: boolean,
) {
  const { deployment, ...own } = args
  const client = useClient({ chainId: deployment.chainId })
  return useQuery(
    queryOptions({
      queryKey: [...keyOf(deployment), name, own],
      queryFn: () => read(client as ReadingClient, args),
      enabled: client !== undefined && isWhole,
    }),
  )
}
