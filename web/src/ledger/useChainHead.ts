import { useQuery } from '@tanstack/react-query'
import { getBlock } from 'viem/actions'
import { useNode } from './useNode.ts'

/** The newest block that the node tells of, asked every few seconds. */
export function useChainHead() {
  const client = useNode()
  return useQuery({
    queryKey: ['chain', 'head'],
    queryFn: async () => {
      const { number, hash, timestamp } = await getBlock(client)
      return { number, hash, timestamp: Number(timestamp) }
    },
    refetchInterval: 3_000,
    staleTime: 0,
    retry: 0,
    structuralSharing: (old, now) => {
      const [before, after] = [old, now] as { hash: string }[]
      return before?.hash === after?.hash ? old : now
    },
  })
}
