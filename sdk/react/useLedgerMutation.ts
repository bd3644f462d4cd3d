import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useConfig } from 'wagmi'
import { getConnectorClient } from 'wagmi/actions'
import type { OnDeployment, SigningClient } from '../actions/client.ts'
import type { Deployment } from '../deployment.ts'
import { keyOf } from './useLedgerQuery.ts'

/** An action by the connected wallet. What was read of the deployment is read again once it is done. */
export function useLedgerMutation<args extends OnDeployment, result>(
  act: (client: SigningClient, args: args) => Promise<result>,
  deployment: Deployment,
) {
  const config = useConfig()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (own: Omit<args, 'deployment'>) => {
      const client = await getConnectorClient(config, { chainId: deployment.chainId })
      return await act(client, { ...own, deployment } as args)
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: keyOf(deployment) }),
  })
}
