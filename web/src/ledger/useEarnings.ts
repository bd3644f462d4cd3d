import { getEarnings } from '@attribution-ledger/sdk'
import { useQuery } from '@tanstack/react-query'
import { readContract } from 'viem/actions'
import { usePage } from '../context.ts'
import { useChainHead } from './useChainHead.ts'
import { useReader } from './useReader.ts'

/**
 * What the chain says that an account earned. Two numbers are read with every block; joint shares and
 * pending books, which take many calls, when those numbers change, and from time to time.
 */
export function useEarnings(account: number | undefined) {
  const { deployment } = usePage()
  const { client, contracts } = useReader()
  const head = useChainHead()
  const settled = useQuery({
    queryKey: ['chain', 'earned', account, head.data?.hash],
    enabled: account !== undefined && head.data !== undefined,
    placeholderData: (last, query) => (query?.queryKey[2] === account ? last : undefined),
    queryFn: async () => {
      const args = [account as number] as const
      const [earnedGwei, claimedGwei] = await readContract(client, {
        ...contracts.earnings,
        functionName: 'earningsOf',
        args,
      })
      return { earnedGwei, claimedGwei }
    },
  })
  const whole = useQuery({
    queryKey: ['chain', 'earnings', account, String(settled.data?.earnedGwei), String(settled.data?.claimedGwei)],
    enabled: account !== undefined && settled.data !== undefined,
    refetchInterval: 60_000,
    placeholderData: (last, query) => (query?.queryKey[2] === account ? last : undefined),
    queryFn: () => getEarnings(client, { deployment, account: account as number }),
  })
  const shares = whole.data?.shares ?? []
  const { earnedGwei, claimedGwei } = settled.data ?? {}
  const matured = earnedGwei === undefined || claimedGwei === undefined ? undefined : earnedGwei - claimedGwei
  return {
    block: head.data?.number,
    earnedGwei,
    claimedGwei,
    shares,
    claimableGwei: matured === undefined ? undefined : shares.reduce((sum, { gwei }) => sum + gwei, matured),
    pending: whole.data?.pending,
    error: head.error ?? settled.error ?? null,
  }
}
